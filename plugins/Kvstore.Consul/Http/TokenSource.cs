using Cilium.Framework.Errors;

namespace Cilium.Framework.Kvstore.Consul.Http;

/// <summary>The ACL token; a file is read again when it changes.</summary>
internal sealed class TokenSource(ConsulSettings settings)
{
    private (DateTime Written, string Token)? _read;

    /// <summary>Null: none.</summary>
    /// <exception cref="CiliumException">The file cannot be read.</exception>
    public string? Read()
    {
        if (settings.TokenFile is not { } path)
            return settings.Token;
        try
        {
            var written = File.GetLastWriteTimeUtc(path);
            if (_read is not { } known || known.Written != written)
                _read = known = (written, File.ReadAllText(path).Trim());
            return known.Token;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConsulFailureException(ErrorKind.Unavailable, $"kvstore consul: the ACL token in {path} (kvstore.consul.token-file) cannot be read: {error.Message}", nothingHappened: true, error);
        }
    }
}

using Cilium.Framework.Errors;
using Etcdserverpb;
using Grpc.Core;

namespace Cilium.Framework.Kvstore.Etcd.Connecting;

/// <summary>The token that calls carry when a user is configured: asked for once, and again when the server does not know it any more.</summary>
internal sealed class EtcdLogin(EtcdSettings settings) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private string? _token;
    private bool _none = settings.Username is null;

    public string? Username => settings.Username;

    /// <returns>Null: calls carry none.</returns>
    /// <exception cref="RpcException">The server refuses, or does not answer.</exception>
    /// <exception cref="CiliumException">The password cannot be read.</exception>
    public async Task<string?> TokenAsync(EtcdEndpoint endpoint, CallOptions options)
    {
        if (Volatile.Read(ref _token) is { } token)
            return token;
        if (Volatile.Read(ref _none))
            return null;
        await _one.WaitAsync(options.CancellationToken);
        try
        {
            return _token ??= await LogInAsync(endpoint, options);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The server does not know this token any more.</summary>
    public void Forget(string? token)
    {
        Interlocked.CompareExchange(ref _token, null, token);
        // It went without one and that was refused: authentication was switched on meanwhile.
        if (settings.Username is not null)
            Volatile.Write(ref _none, false);
    }

    public void Dispose() => _one.Dispose();

    private async Task<string?> LogInAsync(EtcdEndpoint endpoint, CallOptions options)
    {
        try
        {
            var request = new AuthenticateRequest { Name = settings.Username, Password = await PasswordAsync(options.CancellationToken) };
            using var call = new Auth.AuthClient(endpoint.Calls).AuthenticateAsync(request, options);
            return (await call).Token;
        }
        catch (RpcException error) when (error.Status.Detail.Contains("authentication is not enabled", StringComparison.Ordinal))
        {
            // A server without users lets everybody in: it is switched on after the nodes have been told.
            Volatile.Write(ref _none, true);
            return null;
        }
    }

    private async Task<string> PasswordAsync(CancellationToken cancellationToken)
    {
        if (settings.PasswordFile is null)
            return settings.Password ?? "";
        try
        {
            return (await File.ReadAllTextAsync(settings.PasswordFile, cancellationToken)).TrimEnd('\r', '\n');
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CiliumException(ErrorKind.Unavailable, $"the password cannot be read: {error.Message} (kvstore.etcd.password-file)", error);
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp;

/// <summary>Where a GoBGP listens: <c>http://HOST:PORT</c>, or <c>unix:///PATH</c> of its socket.</summary>
internal sealed record GoBgpAddress
{
    private const string Accepted = "Accepted: http://HOST:PORT or unix:///PATH, such as http://127.0.0.1:50051.";
    private const string UnixScheme = "unix://";

    private GoBgpAddress(string text, Uri channel, string? socket) => (Text, Channel, Socket) = (text, channel, socket);

    /// <summary>As it was written, for texts.</summary>
    public string Text { get; }

    /// <summary>What the gRPC channel is told; of a socket only a name.</summary>
    public Uri Channel { get; }

    /// <summary>Path of a Unix socket; null: it is TCP.</summary>
    public string? Socket { get; }

    /// <summary>Reads an address.</summary>
    /// <param name="text">The text.</param>
    /// <param name="address">The address, when it is one.</param>
    /// <param name="problem">Otherwise why it is none, and what is accepted.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out GoBgpAddress? address, [NotNullWhen(false)] out string? problem)
    {
        address = Read(text ?? "");
        problem = address is null ? Problem(text ?? "") : null;
        return address is not null;
    }

    /// <summary>Reads what <see cref="TryParse"/> reads.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static GoBgpAddress Parse(string text) => TryParse(text, out var address, out var problem) ? address : throw new FormatException(problem);

    /// <inheritdoc />
    public override string ToString() => Text;

    private static GoBgpAddress? Read(string text)
    {
        if (text.StartsWith(UnixScheme, StringComparison.Ordinal))
            return text[UnixScheme.Length..] is var path && Path.IsPathFullyQualified(path) && !path.EndsWith('/') ? new(text, new("http://localhost"), path) : null;
        // The port must be written out: the default port of http is never meant.
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp && uri is { PathAndQuery: "/", UserInfo: "", Fragment: "", Port: > 0 }
            && text.TrimEnd('/').EndsWith($":{uri.Port}", StringComparison.Ordinal) ? new(text.TrimEnd('/'), uri, null) : null;
    }

    private static string Problem(string text) => text.StartsWith("https:", StringComparison.OrdinalIgnoreCase)
        ? $"\"{Excerpt.Of(text)}\" is not accepted: the GoBGP of kube-router speaks no TLS. {Accepted}"
        : $"\"{Excerpt.Of(text)}\" is not accepted. {Accepted}";
}

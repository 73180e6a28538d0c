using System.Net.Sockets;

namespace Cilium.Framework.Client;

/// <summary>Failures of files and sockets in words for people: the runtime's own speak of its calls and repeat the path.</summary>
public static class FailureText
{
    /// <summary>errno of a write to a pipe that nobody reads any more.</summary>
    private const int BrokenPipe = 32;

    private const int NoSpaceLeft = 28;

    /// <summary>The reader of the output went away, as <c>head</c> does: nothing is wrong.</summary>
    /// <param name="exception">What a write threw.</param>
    public static bool IsReaderGone(Exception exception) => exception is IOException { HResult: BrokenPipe };

    /// <summary>What happened, without the object: say that before it.</summary>
    /// <param name="exception">The failure.</param>
    public static string Of(Exception exception) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is no such file",
        UnauthorizedAccessException => "this user may not open it, or it is a folder",
        IOException { HResult: NoSpaceLeft } => "no space is left on the device",
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "nobody listens on it",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => "this user may not open it",
        IOException { InnerException: SocketException } or SocketException => "the connection broke off",
        IOException { InnerException: { } inner } => Of(inner),
        _ => exception.Message.TrimEnd('.'),
    };
}

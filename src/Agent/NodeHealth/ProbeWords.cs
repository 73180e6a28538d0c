using System.Net.Sockets;

namespace Cilium.Framework.Agent.NodeHealth;

/// <summary>Why a probe failed, in words for people.</summary>
internal static class ProbeWords
{
    public const string Refused = "connection refused: no agent answers there";
    public const string NoRoute = "no route to host";
    public const string NoNetwork = "network is unreachable";
    public const string TimedOut = "connection timed out";
    public const string Reset = "connection reset";

    /// <summary>What the kernel said.</summary>
    /// <param name="exception">What a socket threw.</param>
    public static string Of(SocketException exception) => exception.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => Refused,
        SocketError.HostUnreachable => NoRoute,
        SocketError.NetworkUnreachable => NoNetwork,
        SocketError.TimedOut => TimedOut,
        SocketError.ConnectionReset => Reset,
        _ => exception.Message,
    };
}

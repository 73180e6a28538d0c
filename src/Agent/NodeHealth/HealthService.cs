using System.Text;

namespace Cilium.Framework.Agent.NodeHealth;

/// <summary>What nodes and health endpoints offer each other.</summary>
internal static class HealthService
{
    /// <summary>TCP port (Cilium facts 9.7).</summary>
    public const int Port = 4240;

    /// <summary>Enough for a request or an answer with a browser's headers.</summary>
    public const int LongestHead = 4096;

    /// <summary>The greeting, below the base path of Cilium's health API (facts 9.7).</summary>
    private const string Greeting = "/v1beta/hello";

    /// <summary>The greeting without the base path, for people.</summary>
    private const string ShortGreeting = "/hello";

    /// <summary>Asks for the greeting.</summary>
    public static byte[] Request { get; } = Encoding.ASCII.GetBytes($"GET {Greeting} HTTP/1.1\r\nHost: cilium-health\r\nConnection: close\r\n\r\n");

    /// <summary>What is answered to a request.</summary>
    /// <param name="head">Its first line and headers.</param>
    public static byte[] Answer(ReadOnlySpan<byte> head)
    {
        var line = FirstLine(head);
        var status = line.Split(' ') is ["GET", Greeting or ShortGreeting, var version] && version.StartsWith("HTTP/1.", StringComparison.Ordinal) ? "200 OK" : "404 Not Found";
        return Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }

    /// <summary>Why an answer is not the greeting; null: it is.</summary>
    /// <param name="head">The beginning of the answer; empty: the connection was closed without one.</param>
    public static string? Objection(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty)
            return "the connection was closed without an answer";
        var line = FirstLine(head);
        return line.StartsWith("HTTP/1.", StringComparison.Ordinal) && line.Split(' ') is [_, "200", ..] ? null : $"answered \"{TextShown.Of(line)}\", not with 200";
    }

    /// <summary>Whether the first line and all headers are there.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> head) => head.IndexOf("\r\n\r\n"u8) >= 0;

    private static string FirstLine(ReadOnlySpan<byte> head) => Encoding.ASCII.GetString(head.IndexOf("\r\n"u8) is >= 0 and var end ? head[..end] : head);
}

using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace Cilium.Framework.Cli.Tests;

/// <summary>Answers requests on a socket with what the test says, one request a connection.</summary>
internal sealed class FakeAgent : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Task _serving;

    private FakeAgent()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(Socket));
        _listener.Listen();
        _serving = ServeAsync();
    }

    public string Socket => _folder["agent.sock"];

    /// <summary>Body by method and path.</summary>
    public ConcurrentDictionary<string, string> Answers { get; } = new();

    /// <summary>What is sent instead, byte for byte, before the connection is closed.</summary>
    public string? Raw { get; set; }

    /// <summary>The connection is reset, as when the agent is killed.</summary>
    public bool Resets { get; set; }

    /// <summary>First lines and headers, in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public static FakeAgent Start() => new();

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _serving;
        _folder.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                await AnswerAsync(await _listener.AcceptAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(Socket connection)
    {
        using var socket = connection;
        var (buffer, head) = (new byte[1], new StringBuilder());
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await socket.ReceiveAsync(buffer) > 0)
            head.Append((char)buffer[0]);
        Asked.Enqueue(head.ToString());
        await socket.SendAsync(Encoding.UTF8.GetBytes(Raw ?? Answer(head.ToString())));
        if (Resets)
            socket.Close(0);
        else
            socket.Shutdown(SocketShutdown.Send);
    }

    private string Answer(string head)
    {
        var asked = string.Join(' ', head.Split(' ').Take(2));
        var (status, body) = Answers.TryGetValue(asked, out var known) ? ("200 OK", known) : ("404 Not Found", $$"""{"error":"{{asked}}: the test has no answer"}""");
        return $"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";
    }
}

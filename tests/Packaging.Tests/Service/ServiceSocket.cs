using System.Net.Sockets;
using System.Text;

namespace Cilium.Framework.Packaging.Tests.Service;

/// <summary>The service manager's part of sd_notify(3): hears what a service says.</summary>
internal sealed class ServiceSocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    /// <param name="address">A path, or an abstract name that begins with <c>@</c>.</param>
    public ServiceSocket(string address) => _socket.Bind(new UnixDomainSocketEndPoint(address[0] == '@' ? "\0" + address[1..] : address));

    /// <summary>The next message that is no ping and no new line of status, by its lines <c>KEY=value</c>.</summary>
    public async Task<IReadOnlyDictionary<string, string>> NextAsync(string awaited)
    {
        while (true)
        {
            var message = await AnyAsync(awaited, TimeSpan.FromSeconds(60));
            if (!message.ContainsKey("WATCHDOG") && message.Keys.Any(key => key != "STATUS"))
                return message;
        }
    }

    /// <summary>The next message of any kind.</summary>
    public async Task<IReadOnlyDictionary<string, string>> AnyAsync(string awaited, TimeSpan patience) =>
        await WithinAsync(patience) ?? throw new TimeoutException($"waited {patience.TotalSeconds} s in vain: {awaited}");

    /// <summary>The next message; null when none comes in time.</summary>
    public async Task<IReadOnlyDictionary<string, string>?> WithinAsync(TimeSpan patience)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Checkout.Cancelled);
        deadline.CancelAfter(patience);
        var buffer = new byte[4096];
        try
        {
            var length = await _socket.ReceiveAsync(buffer, deadline.Token);
            return Encoding.UTF8.GetString(buffer, 0, length).Split('\n').Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        }
        catch (OperationCanceledException) when (!Checkout.Cancelled.IsCancellationRequested)
        {
            return null;
        }
    }

    public void Dispose() => _socket.Dispose();
}

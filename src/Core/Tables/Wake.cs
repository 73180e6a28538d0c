using System.Threading.Channels;

namespace Cilium.Framework.Tables;

/// <summary>Wakes one waiting loop. Set any number of times before the loop waits, it wakes it once; nothing set is ever missed.</summary>
public sealed class Wake
{
    private readonly Channel<bool> _channel = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Lets the next or present wait end. Never blocks, any thread.</summary>
    public void Set() => _channel.Writer.TryWrite(true);

    /// <summary>Waits until set since the last wait ended.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken) => await _channel.Reader.ReadAsync(cancellationToken);
}

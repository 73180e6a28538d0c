using System.Threading.Channels;

namespace Cilium.Framework.Kvstore.Embedded;

/// <summary>Hands every committed change to every watch, in order. The caller holds the store's lock.</summary>
internal sealed class ChangeFeed
{
    private readonly Dictionary<Channel<KvEvent>, string> _watches = [];

    /// <summary>Opens a watch that begins with what exists.</summary>
    /// <remarks>The channel has no bound: no revision may be skipped, and a slow reader may delay nobody else.</remarks>
    public Channel<KvEvent> Open(string prefix, IEnumerable<KvEntry> existing, ulong revision)
    {
        var channel = Channel.CreateUnbounded<KvEvent>(new UnboundedChannelOptions { SingleReader = true });
        foreach (var entry in existing)
            channel.Writer.TryWrite(new(KvEventKind.Created, entry.Key, entry.Value, entry.Revision));
        channel.Writer.TryWrite(new(KvEventKind.ListDone, "", default, revision));
        _watches.Add(channel, prefix);
        return channel;
    }

    public void Close(Channel<KvEvent> channel) => _watches.Remove(channel);

    public void Publish(IEnumerable<KvEvent> changes)
    {
        foreach (var change in changes)
        {
            foreach (var (channel, prefix) in _watches)
            {
                if (change.Key.StartsWith(prefix, StringComparison.Ordinal))
                    channel.Writer.TryWrite(change);
            }
        }
    }

    /// <summary>Ends every watch after what it has been given.</summary>
    public void Complete()
    {
        foreach (var channel in _watches.Keys)
            channel.Writer.TryComplete();
        _watches.Clear();
    }
}

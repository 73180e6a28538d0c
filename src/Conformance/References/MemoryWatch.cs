using System.Threading.Channels;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.References;

/// <summary>One watch over a content, and what it has been told: over a connection that breaks it goes on where it was. The caller holds the content's lock.</summary>
internal sealed class MemoryWatch(string prefix)
{
    private readonly Dictionary<string, ulong> _told = new(StringComparer.Ordinal);
    private bool _listed;

    /// <summary>Without a bound, so that a slow reader delays nobody.</summary>
    public Channel<KvEvent> Queue { get; } = Channel.CreateUnbounded<KvEvent>();

    /// <summary>Member of the server that it is connected to.</summary>
    public int Member { get; set; }

    /// <summary>Revision up to which it was told everything.</summary>
    public ulong Revision { get; private set; }

    public void Tell(KvEvent happened)
    {
        Revision = Math.Max(Revision, happened.Revision);
        if (happened.Key.Length > 0 && !happened.Key.StartsWith(prefix, StringComparison.Ordinal))
            return;
        if (happened.Kind == KvEventKind.Deleted)
            _told.Remove(happened.Key);
        else if (happened.Kind != KvEventKind.ListDone)
            _told[happened.Key] = happened.Revision;
        Queue.Writer.TryWrite(happened);
    }

    /// <summary>Tells what differs from what was told; the first time that is everything, and the end of the list.</summary>
    public void CatchUp(MemoryKvstoreContent content, ulong revision)
    {
        var there = content.Below(prefix).ToList();
        foreach (var key in _told.Keys.Except(there.Select(entry => entry.Key)).ToList())
            Tell(new(KvEventKind.Deleted, key, default, revision));
        foreach (var entry in there)
        {
            if (!_told.TryGetValue(entry.Key, out var told))
                Tell(new(KvEventKind.Created, entry.Key, entry.Value, entry.Revision));
            else if (told != entry.Revision)
                Tell(new(KvEventKind.Modified, entry.Key, entry.Value, entry.Revision));
        }

        Revision = revision;
        if (_listed)
            return;
        _listed = true;
        Tell(new(KvEventKind.ListDone, "", default, revision));
    }
}

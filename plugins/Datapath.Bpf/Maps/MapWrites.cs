namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary>Counts what was written to maps, so that a restart can be shown to write nothing.</summary>
internal sealed class MapWrites
{
    private long _count;

    public long Count => Interlocked.Read(ref _count);

    public void Add() => Interlocked.Increment(ref _count);
}

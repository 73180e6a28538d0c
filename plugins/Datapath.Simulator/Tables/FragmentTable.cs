namespace Cilium.Framework.Datapath.Simulator.Tables;

/// <summary>Ports of fragmented packets, from the first fragment once it was let through. When it is full, the oldest are forgotten, as the kernel's hash does.</summary>
internal sealed class FragmentTable
{
    /// <summary>Seconds; the kernel gives reassembly as long.</summary>
    public const int Lifetime = 30;

    private const int Capacity = 8192;

    private readonly Dictionary<FragmentKey, LinkedListNode<(FragmentKey Key, FragmentPorts Ports, long Expires)>> _fragments = [];
    private readonly LinkedList<(FragmentKey Key, FragmentPorts Ports, long Expires)> _oldestFirst = [];

    public FragmentPorts? Find(FragmentKey key, long now) =>
        _fragments.TryGetValue(key, out var held) && now < held.Value.Expires ? held.Value.Ports : null;

    public void Set(FragmentKey key, FragmentPorts ports, long expires)
    {
        if (_fragments.TryGetValue(key, out var before))
            Forget(before);
        else if (_fragments.Count >= Capacity)
            Forget(_oldestFirst.First!);
        _fragments[key] = _oldestFirst.AddLast((key, ports, expires));
    }

    private void Forget(LinkedListNode<(FragmentKey Key, FragmentPorts Ports, long Expires)> fragment)
    {
        _fragments.Remove(fragment.Value.Key);
        _oldestFirst.Remove(fragment);
    }
}

namespace Cilium.Framework.Datapath.Simulator.Tables;

/// <summary>Ports of fragmented packets, from the first fragment once it was let through. When it is full, later fragments stay unknown.</summary>
internal sealed class FragmentTable
{
    /// <summary>Seconds; the kernel gives reassembly as long.</summary>
    public const int Lifetime = 30;

    private const int Capacity = 8192;

    private readonly Dictionary<FragmentKey, (FragmentPorts Ports, long Expires)> _fragments = [];

    public FragmentPorts? Find(FragmentKey key, long now) =>
        _fragments.TryGetValue(key, out var held) && now < held.Expires ? held.Ports : null;

    public void Set(FragmentKey key, FragmentPorts ports, long now, long expires)
    {
        if (_fragments.Count >= Capacity)
        {
            foreach (var old in _fragments.Where(entry => entry.Value.Expires <= now).Select(entry => entry.Key).ToArray())
                _fragments.Remove(old);
        }

        if (_fragments.Count < Capacity || _fragments.ContainsKey(key))
            _fragments[key] = (ports, expires);
    }
}

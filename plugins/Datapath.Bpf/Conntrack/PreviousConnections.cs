using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Native;

namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary>A container that was used before, with the connections that have not moved yet.</summary>
internal sealed class PreviousConnections : IDisposable
{
    /// <summary>What its maps are called in the programs (bpf/lib/conntrack_previous_family.h).</summary>
    public const string Prefix = "cilium_old_";

    private readonly ConntrackInfo _info;
    private readonly Dictionary<string, BpfDescriptor> _maps = [];
    private readonly List<IDisposable> _owned = [];

    private PreviousConnections(string folder, ConntrackInfo info, bool writable)
    {
        (Folder, _info) = (folder, info);
        (Conntrack4, Conntrack6) = IsTable
            ? (OpenTable<ConntrackKey4>("set4", ConntrackShape.Sets4, "tag4", ConntrackShape.Tags4, writable), OpenTable<ConntrackKey6>("set6", ConntrackShape.Sets6, "tag6", ConntrackShape.Tags6, writable))
            : ((IConnectionStore<ConntrackKey4>)OpenHash<ConntrackKey4>("ct4", ConntrackShape.Hash4), (IConnectionStore<ConntrackKey6>)OpenHash<ConntrackKey6>("ct6", ConntrackShape.Hash6));
        if (IsTable)
            _owned.Add(Open("lock", "cilium_ct_lock"));
    }

    public string Folder { get; }

    public IConnectionStore<ConntrackKey4> Conntrack4 { get; }

    public IConnectionStore<ConntrackKey6> Conntrack6 { get; }

    private bool IsTable => _info.Table != 0;

    /// <param name="folder">One of <see cref="ConntrackPins.Previous"/>.</param>
    /// <param name="writable">Connections may be removed.</param>
    /// <returns>Null when it was dropped meanwhile.</returns>
    public static PreviousConnections? TryOpen(string folder, bool writable)
    {
        try
        {
            return ConntrackShape.Pinned(folder) is { } info ? new(folder, info, writable) : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The map that stands in the place of one of the programs' maps.</summary>
    /// <returns>Null when the programs have no use for it.</returns>
    public BpfDescriptor? MapOf(string name) => _maps.GetValueOrDefault(name);

    /// <summary>Constants of programs that look here for what they do not find.</summary>
    public DatapathConfig Configure(DatapathConfig config) => config with
    {
        PreviousContainer = (uint)(IsTable ? ConntrackContainer.Table : ConntrackContainer.Lru),
        PreviousLayout = _info.Layout,
        PreviousSeed = _info.Seed,
        PreviousSets4 = IsTable ? KernelMap.Of(_maps[Prefix + "set4"].Value).MaxEntries : 0,
        PreviousSets6 = IsTable ? KernelMap.Of(_maps[Prefix + "set6"].Value).MaxEntries : 0,
    };

    public override string ToString() => ConntrackShape.Describe(IsTable, _info.Layout);

    public void Dispose() => _owned.ForEach(owned => owned.Dispose());

    private MappedConnections<TKey> OpenTable<TKey>(string setName, string sets, string tagName, string tags, bool writable)
        where TKey : unmanaged
    {
        var table = new MappedConnections<TKey>(Open(setName, sets), Open(tagName, tags), programs: null, writable);
        _owned.Add(table);
        return table;
    }

    private LruConnections<TKey> OpenHash<TKey>(string name, string pin)
        where TKey : unmanaged
    {
        var map = new BpfMap<TKey, ConntrackValue>(pin, Open(name, pin), writes: null);
        _owned.Add(map);
        // Without a look at what stands there by now: who begins meanwhile stands in the new container too.
        return new(map, (key, _) => map.Remove(key));
    }

    private BpfDescriptor Open(string name, string pin) => _maps[Prefix + name] = BpfDescriptor.OpenPinned(Path.Combine(Folder, pin)) ?? throw new FileNotFoundException(pin);
}

using Cilium.Framework.Datapath.Bpf.Conntrack;
using Cilium.Framework.Datapath.Bpf.Native;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary>The pinned maps of the datapath (bpf/lib: each beside the code that uses it).</summary>
internal sealed class MapSet : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly string _folder;
    private readonly MapWrites? _writes;

    private MapSet(string folder, MapWrites? writes, ConnectionPrograms? programs, PreviousContainers previous)
    {
        _folder = folder;
        _writes = writes;
        Revision = Open<uint, RevisionValue>("cilium_revision");
        Endpoints = Open<uint, EndpointValue>("cilium_endpoint");
        EndpointNames = Open<uint, EndpointName>("cilium_endpoint_name");
        Devices = new(Open<uint, uint>("cilium_device"), Open<uint, uint>("cilium_device_far"));
        Local = Open<LocalKey, uint>("cilium_local");
        IpCache = Open<IpCacheKey, IpCacheValue>("cilium_ipcache");
        IpCachePrefix = Open<IpCacheKey, IpCacheValue>("cilium_ipcache_prefix");
        Tunnels = Open<uint, TunnelValue>("cilium_tunnel");
        Overlay = Open<uint, OverlayValue>("cilium_overlay");
        PolicyHeaders = Open<uint, PolicyHeader>("cilium_policy_header");
        PolicyNames = Open<uint, PolicyName>("cilium_policy_name");
        Policies = Open<PolicyEntryKey, PolicyEntryValue>("cilium_policy");
        PolicyCounters = Open<PolicyEntryKey, PolicyCounter>("cilium_policy_counter");
        IsTable = ConntrackShape.Pinned(folder) is { Table: not 0 };
        Conntrack4 = OpenConnections<ConntrackKey4>(ConntrackShape.Hash4, ConntrackShape.Sets4, ConntrackShape.Tags4, programs);
        Conntrack6 = OpenConnections<ConntrackKey6>(ConntrackShape.Hash6, ConntrackShape.Sets6, ConntrackShape.Tags6, programs);
        Previous = Own(previous);
        EventsLost = Open<uint, EventsLost>("cilium_events_lost");
        Metrics = Own(new MetricsMap(Pinned("cilium_metrics")));
        Events = Own(Pinned("cilium_events"));
    }

    public BpfMap<uint, RevisionValue> Revision { get; }

    public BpfMap<uint, EndpointValue> Endpoints { get; }

    public BpfMap<uint, EndpointName> EndpointNames { get; }

    public DeviceMap Devices { get; }

    public BpfMap<LocalKey, uint> Local { get; }

    public BpfMap<IpCacheKey, IpCacheValue> IpCache { get; }

    public BpfMap<IpCacheKey, IpCacheValue> IpCachePrefix { get; }

    /// <summary>Nodes that the overlay reaches, by number; 0 is none.</summary>
    public BpfMap<uint, TunnelValue> Tunnels { get; }

    public BpfMap<uint, OverlayValue> Overlay { get; }

    public BpfMap<uint, PolicyHeader> PolicyHeaders { get; }

    public BpfMap<uint, PolicyName> PolicyNames { get; }

    public BpfMap<PolicyEntryKey, PolicyEntryValue> Policies { get; }

    public BpfMap<PolicyEntryKey, PolicyCounter> PolicyCounters { get; }

    /// <summary>Connections are kept in the table of our own.</summary>
    public bool IsTable { get; }

    public IConnectionStore<ConntrackKey4> Conntrack4 { get; }

    public IConnectionStore<ConntrackKey6> Conntrack6 { get; }

    /// <summary>Where connections are that have not moved into the container in use yet.</summary>
    public PreviousContainers Previous { get; }

    public BpfMap<uint, EventsLost> EventsLost { get; }

    public MetricsMap Metrics { get; }

    public BpfDescriptor Events { get; }

    /// <summary>Opens the maps that a loader has pinned.</summary>
    /// <param name="folder">Where they are pinned.</param>
    /// <param name="writes">Counts writes.</param>
    /// <param name="programs">Change connections.</param>
    /// <param name="previous">Where connections move from.</param>
    public static MapSet Open(string folder, MapWrites writes, ConnectionPrograms programs, PreviousContainers previous) => new(folder, writes, programs, previous);

    /// <summary>Opens them for reading only.</summary>
    /// <param name="folder">Where they are pinned.</param>
    public static MapSet OpenForReading(string folder) => new(folder, writes: null, programs: null, PreviousContainers.Open(folder, writable: false));

    /// <summary>True when a datapath has been set up there.</summary>
    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, "cilium_revision"));

    public void Dispose() => _owned.ForEach(owned => owned.Dispose());

    private BpfMap<TKey, TValue> Open<TKey, TValue>(string name)
        where TKey : unmanaged
        where TValue : unmanaged => Own(new BpfMap<TKey, TValue>(name, Pinned(name), _writes));

    private IConnectionStore<TKey> OpenConnections<TKey>(string hash, string sets, string tags, ConnectionPrograms? programs)
        where TKey : unmanaged
    {
        string[] needed = IsTable ? [sets, tags] : [hash];
        // Between two containers a reader finds none.
        if (programs is null && ConntrackPins.AreMoving(_folder) && !needed.All(name => File.Exists(Path.Combine(_folder, name))))
            return new NoConnections<TKey>();
        if (IsTable)
            return Own(new MappedConnections<TKey>(Pinned(sets), Pinned(tags), programs, writable: programs is not null));
        return new LruConnections<TKey>(Open<TKey, ConntrackValue>(hash), programs is null ? null : (key, value) => programs.TryRemove(key, value.State));
    }

    private BpfDescriptor Pinned(string name) => BpfDescriptor.OpenPinned(Path.Combine(_folder, name))
        ?? throw new Errors.CiliumException(Errors.ErrorKind.Internal, $"The map {name} is not pinned under {_folder} although others are. Run `cilium cleanup`, then start again.");

    private T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }
}

using Cilium.Framework.Datapath.Bpf.Native;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary>The pinned maps of the datapath (bpf/lib: each beside the code that uses it).</summary>
internal sealed class MapSet : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly string _folder;
    private readonly MapWrites? _writes;

    private MapSet(string folder, MapWrites? writes)
    {
        _folder = folder;
        _writes = writes;
        Revision = Open<uint, RevisionValue>("cilium_revision");
        Endpoints = Open<uint, EndpointValue>("cilium_endpoint");
        Devices = new(Open<uint, uint>("cilium_device"), Open<uint, uint>("cilium_device_far"));
        Local = Open<LocalKey, uint>("cilium_local");
        IpCache = Open<IpCacheKey, IpCacheValue>("cilium_ipcache");
        IpCachePrefix = Open<IpCacheKey, IpCacheValue>("cilium_ipcache_prefix");
        PolicyHeaders = Open<uint, PolicyHeader>("cilium_policy_header");
        PolicyNames = Open<uint, PolicyName>("cilium_policy_name");
        Policies = Open<PolicyEntryKey, PolicyEntryValue>("cilium_policy");
        PolicyCounters = Open<PolicyEntryKey, PolicyCounter>("cilium_policy_counter");
        Conntrack4 = Open<ConntrackKey4, ConntrackValue>("cilium_ct4");
        Conntrack6 = Open<ConntrackKey6, ConntrackValue>("cilium_ct6");
        EventsLost = Open<uint, EventsLost>("cilium_events_lost");
        Metrics = Own(new MetricsMap(Pinned("cilium_metrics")));
        Events = Own(Pinned("cilium_events"));
    }

    public BpfMap<uint, RevisionValue> Revision { get; }

    public BpfMap<uint, EndpointValue> Endpoints { get; }

    public DeviceMap Devices { get; }

    public BpfMap<LocalKey, uint> Local { get; }

    public BpfMap<IpCacheKey, IpCacheValue> IpCache { get; }

    public BpfMap<IpCacheKey, IpCacheValue> IpCachePrefix { get; }

    public BpfMap<uint, PolicyHeader> PolicyHeaders { get; }

    public BpfMap<uint, PolicyName> PolicyNames { get; }

    public BpfMap<PolicyEntryKey, PolicyEntryValue> Policies { get; }

    public BpfMap<PolicyEntryKey, PolicyCounter> PolicyCounters { get; }

    public BpfMap<ConntrackKey4, ConntrackValue> Conntrack4 { get; }

    public BpfMap<ConntrackKey6, ConntrackValue> Conntrack6 { get; }

    public BpfMap<uint, EventsLost> EventsLost { get; }

    public MetricsMap Metrics { get; }

    public BpfDescriptor Events { get; }

    /// <summary>Opens the maps that a loader has pinned.</summary>
    /// <param name="folder">Where they are pinned.</param>
    /// <param name="writes">Counts writes; null for readers.</param>
    public static MapSet Open(string folder, MapWrites? writes)
    {
        var set = new MapSet(folder, writes);
        return set;
    }

    /// <summary>True when a datapath has been set up there.</summary>
    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, "cilium_revision"));

    public void Dispose() => _owned.ForEach(owned => owned.Dispose());

    private BpfMap<TKey, TValue> Open<TKey, TValue>(string name)
        where TKey : unmanaged
        where TValue : unmanaged => Own(new BpfMap<TKey, TValue>(name, Pinned(name), _writes));

    private BpfDescriptor Pinned(string name) => BpfDescriptor.OpenPinned(Path.Combine(_folder, name))
        ?? throw new Errors.CiliumException(Errors.ErrorKind.Internal, $"The map {name} is not pinned under {_folder} although others are. Run `cilium cleanup`, then start again.");

    private T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }
}

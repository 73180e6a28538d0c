using Cilium.Framework.Datapath.Bpf.Conntrack;
using Cilium.Framework.Datapath.Bpf.Events;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Probe;
using Cilium.Framework.Datapath.Bpf.Programs;
using Cilium.Framework.Datapath.Bpf.Targets;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Datapath.Bpf;

/// <summary>Everything that exists once the datapath is set up.</summary>
internal sealed class DatapathState : IDisposable
{
    private readonly ManualResetEventSlim _settled = new();

    private DatapathState(ProgramSet programs, MapSet maps, BpfSettings settings, ChangedSysctls changed, string container, TimeProvider time, ILogger logger)
    {
        Programs = programs;
        Maps = maps;
        Clock = new(programs[ProgramSet.Clock].Descriptor);
        Revision = new(maps.Revision);
        Filters = new(programs, settings.Attach, settings.BpfFs);
        var policies = new PolicyIndex(maps, Revision);
        Endpoints = new(maps, Filters, Revision, policies, new(maps), _settled);
        IpCache = new(maps, Revision, new(maps.Tunnels));
        Policies = new(maps, Revision, policies, time);
        Devices = new(Filters, maps.Overlay, changed);
        Probe = new(maps, programs);
        Events = new(maps, Clock, time);
        Collector = new(maps, Clock, programs[ProgramSet.Collect].Descriptor);
        Migration = new(programs, maps, Filters, Collector, container, _settled, time, logger);
    }

    public ProgramSet Programs { get; }

    public MapSet Maps { get; }

    public Revision Revision { get; }

    public KernelClock Clock { get; }

    public DeviceFilters Filters { get; }

    public DeviceTarget Devices { get; }

    public EndpointTarget Endpoints { get; }

    public IpCacheTarget IpCache { get; }

    public PolicyTarget Policies { get; }

    public BpfPacketProbe Probe { get; }

    public EventReader Events { get; }

    public ConnectionCollector Collector { get; }

    public ConnectionMigration Migration { get; }

    /// <summary>Loads programs and opens maps; takes over what is pinned.</summary>
    public static DatapathState Open(string objects, BpfSettings settings, ChangedSysctls changed, DatapathConfig config, ConntrackShape conntrack, MapWrites writes, TimeProvider time, ILogger logger)
    {
        var previous = PreviousContainers.Open(settings.BpfFs, writable: true);
        ProgramSet? programs = null;
        try
        {
            programs = ProgramSet.Load(new(objects, settings.BpfFs, config, new(conntrack, settings.EventsBufferBytes, settings.PolicyMax), logger), previous.Newest);
            conntrack.Remember(settings.BpfFs);
            var maps = MapSet.Open(settings.BpfFs, writes, new(programs[ProgramSet.Insert].Descriptor, programs[ProgramSet.Remove].Descriptor), previous);
            return new(programs, maps, settings, changed, conntrack.ToString(), time, logger);
        }
        catch
        {
            programs?.Dispose();
            previous.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Programs.Dispose();
        Maps.Dispose();
        _settled.Dispose();
    }
}

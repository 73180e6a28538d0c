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
    private DatapathState(ProgramSet programs, MapSet maps, BpfSettings settings, TimeProvider time)
    {
        Programs = programs;
        Maps = maps;
        Clock = new(programs[ProgramSet.Clock].Descriptor);
        Revision = new(maps.Revision);
        var filters = new DeviceFilters(programs, settings.Attach, settings.BpfFs);
        var policies = new PolicyIndex(maps, Revision);
        Endpoints = new(maps, filters, Revision, policies, new(maps));
        IpCache = new(maps, Revision);
        Policies = new(maps, Revision, policies, time);
        Devices = new(filters);
        Probe = new(maps, programs);
        Events = new(maps, Clock, time);
        Collector = new(maps, Clock, programs[ProgramSet.Collect].Descriptor);
    }

    public ProgramSet Programs { get; }

    public MapSet Maps { get; }

    public Revision Revision { get; }

    public KernelClock Clock { get; }

    public DeviceTarget Devices { get; }

    public EndpointTarget Endpoints { get; }

    public IpCacheTarget IpCache { get; }

    public PolicyTarget Policies { get; }

    public BpfPacketProbe Probe { get; }

    public EventReader Events { get; }

    public ConnectionCollector Collector { get; }

    /// <summary>Loads programs and opens maps; takes over what is pinned.</summary>
    public static DatapathState Open(string objects, BpfSettings settings, DatapathConfig config, ConntrackShape conntrack, MapWrites writes, TimeProvider time, ILogger logger)
    {
        var programs = ProgramSet.Load(objects, settings.BpfFs, config, new(conntrack, settings.EventsBufferBytes, settings.PolicyMax), logger);
        try
        {
            conntrack.Remember(settings.BpfFs);
            return new(programs, MapSet.Open(settings.BpfFs, writes, new ConnectionPrograms(programs[ProgramSet.Insert].Descriptor, programs[ProgramSet.Remove].Descriptor)), settings, time);
        }
        catch
        {
            programs.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Programs.Dispose();
        Maps.Dispose();
    }
}

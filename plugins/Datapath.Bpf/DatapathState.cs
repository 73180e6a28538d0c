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
    private DatapathState(ProgramSet programs, MapSet maps, TimeProvider time)
    {
        Programs = programs;
        Maps = maps;
        Clock = new(programs[ProgramSet.Clock].Descriptor);
        var revision = new Revision(maps.Revision);
        var policies = new PolicyIndex(maps, revision);
        Endpoints = new(maps, programs, revision, policies, new(maps));
        IpCache = new(maps, revision);
        Policies = new(maps, revision, policies, time);
        Devices = new(programs);
        Probe = new(maps, programs);
        Events = new(maps, Clock, time);
        Collector = new(maps, Clock, programs[ProgramSet.Collect].Descriptor);
    }

    public ProgramSet Programs { get; }

    public MapSet Maps { get; }

    public KernelClock Clock { get; }

    public DeviceTarget Devices { get; }

    public EndpointTarget Endpoints { get; }

    public IpCacheTarget IpCache { get; }

    public PolicyTarget Policies { get; }

    public BpfPacketProbe Probe { get; }

    public EventReader Events { get; }

    public ConnectionCollector Collector { get; }

    /// <summary>Loads programs and opens maps; takes over what is pinned.</summary>
    public static DatapathState Open(string objects, BpfSettings settings, DatapathConfig config, MapWrites writes, TimeProvider time, ILogger logger)
    {
        BpfFileSystem.Ensure(settings.BpfFs);
        var programs = ProgramSet.Load(objects, settings.BpfFs, config, settings, logger);
        try
        {
            return new(programs, MapSet.Open(settings.BpfFs, writes), time);
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

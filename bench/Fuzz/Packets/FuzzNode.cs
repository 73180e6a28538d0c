using System.Net;
using Cilium.Framework.Datapath;
using Cilium.Framework.Datapath.Suite;
using Cilium.Framework.Errors;
using Cilium.Framework.Plugins;
using Cilium.Framework.Rows;
using static Cilium.Framework.Bench.CallerThread;

namespace Cilium.Framework.Fuzz.Packets;

/// <summary>One datapath with a client and a server. Everything happens on the caller's thread, which may be in another network namespace.</summary>
internal sealed class FuzzNode
{
    public const ushort Client = 1, Server = 2;

    private readonly IDatapath _datapath;

    /// <param name="plugin">Offers the datapath.</param>
    /// <param name="folder">For what it keeps.</param>
    /// <param name="device">Index of an endpoint's device, by its name.</param>
    public FuzzNode(IPlugin plugin, string folder, Func<string, int> device)
    {
        var builder = new DatapathBuilder(new FakePluginContext(folder));
        plugin.Configure(builder);
        _datapath = builder.Create();
        Done(_datapath.InitializeAsync(default));
        Add(Client, 1001, device, new PolicyEntry(PolicyKey.All(TrafficDirection.Ingress), RuleCookie.NotEnforced), new PolicyEntry(PolicyKey.All(TrafficDirection.Egress), RuleCookie.NotEnforced));
        Add(Server, 1002, device, In(IpProtocol.Tcp, 80), In(IpProtocol.Udp, 53), In(IpProtocol.Icmp, 0), In(IpProtocol.IcmpV6, 0));
    }

    /// <summary>The addresses of the workload's side and of the host's.</summary>
    public static (MacAddress Own, MacAddress Host) Macs(ushort id) => (MacAddress.FromBytes([0x0a, 0x58, 0, 0, 0, (byte)id]), MacAddress.FromBytes([0x0a, 0x58, 0xff, 0, 0, (byte)id]));

    /// <summary>The verdict; null when such a frame cannot be injected.</summary>
    public PacketVerdict? Send(PacketInjection injection)
    {
        try
        {
            return Done(_datapath.Probe!.SendAsync(injection, default));
        }
        catch (CiliumException exception) when (exception.Kind == ErrorKind.Unsupported)
        {
            return null;
        }
    }

    /// <summary>Takes away what a datapath left in the kernel.</summary>
    public static void RemoveAll(IPlugin plugin, string folder)
    {
        var builder = new DatapathBuilder(new FakePluginContext(folder));
        plugin.Configure(builder);
        _ = Done(builder.Create().RemoveAllAsync(default));
    }

    /// <summary>Ends it.</summary>
    public void Stop()
    {
        var stopping = _datapath.DisposeAsync().AsTask();
        SpinWait.SpinUntil(() => stopping.IsCompleted);
    }

    private void Add(ushort id, uint identity, Func<string, int> device, params PolicyEntry[] entries)
    {
        var (own, host) = Macs(id);
        var (ipv4, ipv6) = (IPAddress.Parse($"10.90.1.{id}"), IPAddress.Parse($"fd90::a:{id}"));
        Apply(_datapath.Policies, new PolicyRow(new(new(identity)), PolicyEntrySet.Create(entries)));
        Apply(_datapath.Endpoints, new EndpointRow
        {
            Id = id, IfIndex = device($"lxc{id}"), Device = $"lxc{id}", Mac = own, HostMac = host, IPv4 = ipv4, IPv6 = ipv6, Identity = new(identity), Policy = new PolicyId(new(identity)),
        });
        foreach (var address in new[] { ipv4, ipv6 })
            Apply(_datapath.IpCache, new IpCacheRow(IpPrefix.Parse(address.ToString()), new(identity), null, IpCacheOrigin.Endpoint));
    }

    private static PolicyEntry In(IpProtocol protocol, ushort port) => new(new(TrafficDirection.Ingress, new(1001), protocol, port), new(100));
}

using System.Buffers.Binary;
using System.Net;
using Cilium.Framework.Bench;
using Cilium.Framework.Datapath.Bpf;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Suite;
using Cilium.Framework.Netlink;
using Cilium.Framework.Rows;
using static Cilium.Framework.Bench.CallerThread;

namespace Cilium.Framework.Datapath.Bench;

/// <summary>
/// The state of the maps under which everything is measured; as usual: 10,000 addresses in the ipcache, 200 endpoints, policies of 100 entries
/// (one pair with 1,000), 100,000 other connections.
/// </summary>
internal sealed class Fixture : IDisposable
{
    public const uint ClientIdentity = 1001, ServerIdentity = 1002;
    public const ushort AllowedPort = 80, DeniedPort = 81, DatagramPort = 53;

    private const int Endpoints = 200;
    private const int LongPolicy = 1000;
    private const uint LongClientIdentity = 1003, LongServerIdentity = 1004;

    private readonly string _folder = Directory.CreateTempSubdirectory("cilium-bench-").FullName;

    private readonly Random _random = new(1);

    public Fixture(FixtureSetup setup)
    {
        Settings = new BpfSettings { BpfFs = Path.Combine(_folder, "bpffs"), ConntrackTable = setup.Table, ConntrackMax = (uint)Math.Max(1 << 18, setup.Connections + (setup.Connections / 4)), DropEventsPerSecond = 0 };
        Datapath = new(new FakePluginContext(_folder), Settings);
        Done(Datapath.InitializeAsync(default));
        Client = AddEndpoint(1, ClientIdentity);
        Server = AddEndpoint(2, ServerIdentity);
        LongClient = AddEndpoint(3, LongClientIdentity);
        LongServer = AddEndpoint(4, LongServerIdentity);
        AddPolicies(ClientIdentity, ServerIdentity, setup.PolicyEntries);
        AddPolicies(LongClientIdentity, LongServerIdentity, LongPolicy);
        FillMaps(setup.IpCacheEntries);
    }

    public BpfSettings Settings { get; }

    public BpfDatapath Datapath { get; }

    public EndpointRow Client { get; }

    public EndpointRow Server { get; }

    public EndpointRow LongClient { get; }

    public EndpointRow LongServer { get; }

    public MapSet Maps => Datapath.State.Maps;

    /// <summary>Opens connections that nobody sends packets for.</summary>
    public void AddOtherConnections(int count) => AddConnections(count, Datapath.State.Clock.Now() + 1_000_000);

    /// <summary>Connections that have expired and wait to be collected.</summary>
    public void AddExpiredConnections(int count) => AddConnections(count, Datapath.State.Clock.Now() - 1_000);

    private void AddConnections(int count, uint expires)
    {
        // In no order: sequential keys would flatter the hash.
        for (var i = 0; i < count; i++)
        {
            var key = new ConntrackKey4 { Address0 = (uint)_random.Next(), Address1 = uint.MaxValue, Port0 = (ushort)_random.Next(), Port1 = AllowedPort, Proto = 6 };
            Maps.Conntrack4.Add(key, new ConntrackValue { Expires = expires, Flags = ConntrackFlags.Established, Side0 = Seen, Side1 = Seen });
        }
    }

    /// <summary>Makes the device that wraps packets, and lets a pod of another node be behind it that the client may speak to.</summary>
    public IPAddress AddRemote()
    {
        const string name = "cilium_vxlan";
        const int mtu = 1450;
        using (var netlink = RouteNetlink.Open())
        {
            netlink.CreateVxlan(new MetadataTunnel { Name = name, Port = 8472, Mtu = mtu });
            netlink.SetUp(netlink.FindLink(name)!.Index);
        }

        Apply(Datapath.Devices, new DeviceRow(name, DeviceRole.Overlay, mtu));
        var remote = IPAddress.Parse("10.91.1.2");
        Apply(Datapath.IpCache, new IpCacheRow(IpPrefix.Host(remote), new(ServerIdentity), IPAddress.Parse("192.0.2.9"), IpCacheOrigin.Kvstore));
        return remote;
    }

    /// <summary>Whatever is open now has been answered.</summary>
    public void AnswerAll()
    {
        foreach (var (key, value) in Maps.Conntrack4.Entries().ToList())
            Maps.Conntrack4.Put(key, value with { Flags = value.Flags | ConntrackFlags.Established, Side0 = value.Side0 with { Seen = 0x10 }, Side1 = value.Side1 with { Seen = 0x10 } });
    }

    public void Dispose()
    {
        var disposing = Datapath.DisposeAsync().AsTask();
        SpinWait.SpinUntil(() => disposing.IsCompleted);
        Done(new BpfDatapath(new FakePluginContext(_folder), Settings).RemoveAllAsync(default));
        Directory.Delete(_folder, recursive: true);
    }

    private EndpointRow AddEndpoint(ushort id, uint identity)
    {
        var row = VethEndpoint.Create(id, identity, new PolicyId(new(identity)));
        Apply(Datapath.Endpoints, row);
        return row;
    }

    private void AddPolicies(uint client, uint server, int entries)
    {
        Apply(Datapath.Policies, new PolicyRow(new(new(client)), PolicyEntrySet.Create([Entry(TrafficDirection.Egress, server, IpProtocol.Any, 0), .. Others(TrafficDirection.Egress, entries - 1)])));
        Apply(Datapath.Policies, new PolicyRow(new(new(server)), PolicyEntrySet.Create(
        [
            Entry(TrafficDirection.Ingress, client, IpProtocol.Tcp, AllowedPort),
            Entry(TrafficDirection.Ingress, client, IpProtocol.Udp, DatagramPort),
            Entry(TrafficDirection.Ingress, NumericIdentity.World.Value, IpProtocol.Tcp, AllowedPort),
            .. Others(TrafficDirection.Ingress, entries - 3),
        ])));
    }

    private static IEnumerable<PolicyEntry> Others(TrafficDirection direction, int count) =>
        Enumerable.Range(0, count).Select(i => Entry(direction, (uint)(5000 + (i / 10)), IpProtocol.Tcp, (ushort)(8000 + (i % 10))));

    private static PolicyEntry Entry(TrafficDirection direction, uint remote, IpProtocol protocol, ushort port) =>
        new(new(direction, new(remote), protocol, port), new(100));

    // What only fills the maps is written past the targets: nobody sends packets for it.
    private void FillMaps(int addresses)
    {
        for (uint i = 0; i < addresses; i++)
            Maps.IpCache.Set(new IpCacheKey { PrefixLength = IpCacheKey.StaticBits + 32, Family = WireAddress.FamilyIPv4, Address = Address(0x0b000000 + i) }, new IpCacheValue { Identity = 2000 + (i % 20) });
        for (uint id = 5; id <= Endpoints; id++)
        {
            Maps.Endpoints.Set(id, new EndpointValue { Subject = ClientIdentity, IfIndex = 10_000 + id, Ipv4 = Address(0x0a5a0200 + id).Word0 });
            Maps.Local.Set(new LocalKey { Address = Address(0x0a5a0200 + id), Family = WireAddress.FamilyIPv4 }, id);
        }
    }

    private static ConntrackSide Seen => new() { Seen = 0x10 };

    private static WireAddress Address(uint value) => new() { Word0 = BinaryPrimitives.ReverseEndianness(value) };
}

using System.Net;
using Cilium.Framework.Datapath.Bpf.Targets;
using Cilium.Framework.Errors;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Targets;

/// <summary>Numbers of the nodes behind the overlay.</summary>
[Trait("Needs", "Root")]
public sealed class TunnelIndexTests : IDisposable
{
    private const string OneNode = "192.0.2.20", OtherNode = "2001:db8::21";

    private static readonly IpPrefix Prefix = IpPrefix.Parse("10.91.1.1");

    private readonly TestNode _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void Every_node_has_one_number_however_many_addresses_it_carries()
    {
        for (var i = 0; i < 50; i++)
            _node.IpCache($"10.91.1.{i}", 1003, i % 2 == 0 ? OneNode : OtherNode);

        Assert.Equal([OneNode, OtherNode], Nodes().Values.Select(node => node.ToString()).Order(StringComparer.Ordinal));
        Assert.All(_node.Datapath.State.Maps.IpCache.Entries(), entry => Assert.Equal(
            entry.Value.TunnelEndpoint != 0 ? OneNode : OtherNode, Nodes()[entry.Value.Tunnel].ToString()));
    }

    [Fact]
    public void A_number_is_written_before_an_address_names_it()
    {
        var (maps, seen) = (_node.Datapath.State.Maps, 0);
        maps.IpCache.Written = () =>
        {
            seen++;
            Assert.All(maps.IpCache.Entries(), entry => Assert.Contains(entry.Value.Tunnel, Nodes().Keys));
        };

        _node.IpCache("10.91.1.1", 1003, OneNode);
        _node.IpCache("10.91.1.1", 1003, OtherNode);

        Assert.Equal(2, seen);
    }

    [Fact]
    public void Numbers_outlive_the_agent()
    {
        _node.IpCache("10.91.1.1", 1003, OneNode);
        _node.IpCache("10.91.2.0/24", 1003, OtherNode);
        var before = Nodes();

        _node.Restart();
        _node.IpCache("10.91.2.0/24", 1003, OtherNode);
        _node.IpCache("10.91.1.1", 1003, OneNode);

        Assert.Equal(before, Nodes());
        Assert.Equal(0, _node.Datapath.MapWriteCount);
    }

    [Fact]
    public void Only_the_clean_up_frees_a_number_and_only_one_that_nothing_names()
    {
        _node.IpCache("10.91.1.1", 1003, OneNode);
        _node.IpCache("10.91.2.0/24", 1003, OtherNode);
        _node.Delete(_node.Datapath.IpCache, Row("10.91.1.1", OneNode));
        Assert.Equal(2, Nodes().Count);

        _node.Prune(_node.Datapath.IpCache, Row("10.91.2.0/24", OtherNode));

        Assert.Equal(OtherNode, Assert.Single(Nodes()).Value.ToString());
    }

    [Fact]
    public void When_all_are_in_use_the_address_is_refused_until_some_are_free()
    {
        var map = _node.Datapath.State.Maps.Tunnels;
        var index = new TunnelIndex(map);
        for (uint i = 1; i < map.Kernel.MaxEntries; i++)
            Assert.Equal(i, index.Get(Prefix, NodeNumbered(i)));

        var failure = Assert.Throws<CiliumException>(() => index.Get(Prefix, NodeNumbered(0)));

        Assert.Equal((ErrorKind.Exhausted, "address 10.91.1.1/32: all 65535 numbers of nodes behind the overlay are in use. Those of nodes that have gone are free again after the next clean-up (hourly)."), (failure.Kind, failure.Message));
        index.KeepOnly(new HashSet<uint> { 1 });
        Assert.Equal(2u, index.Get(Prefix, NodeNumbered(0)));
        Assert.Equal(1u, index.Get(Prefix, NodeNumbered(1)));
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    public void No_address_at_all_is_no_node(string node) =>
        Assert.Equal(
            $"address 10.91.1.1/32: its tunnel endpoint {node} is no address of a node. Name the node that carries it, or none.",
            _node.Try(_node.Datapath.IpCache, Row("10.91.1.1", node)).Error);

    private static IPAddress NodeNumbered(uint number) => new([10, (byte)(number >> 16), (byte)(number >> 8), (byte)number]);

    private static IpCacheRow Row(string prefix, string node) => new(IpPrefix.Parse(prefix), new(1003), IPAddress.Parse(node), IpCacheOrigin.Kvstore);

    private Dictionary<uint, IPAddress> Nodes() => _node.Datapath.State.Maps.Tunnels.Entries().Where(entry => entry.Value.Endpoint is not null).ToDictionary(entry => entry.Key, entry => entry.Value.Endpoint!);
}

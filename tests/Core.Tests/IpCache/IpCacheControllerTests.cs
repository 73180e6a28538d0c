using System.Net;
using Cilium.Framework.Identities;
using Cilium.Framework.IpCache;
using Cilium.Framework.Labels;
using Cilium.Framework.Nodes;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Core.Tests.IpCache;

public class IpCacheControllerTests
{
    private static readonly IpPrefix Address = IpPrefix.Parse("10.0.0.7/32");
    private static readonly NumericIdentity Web = new(1001);
    private static readonly NumericIdentity Other = new(1002);
    private static readonly NumericIdentity Cidr = new(NumericIdentity.FirstNodeLocal);

    private readonly DesiredTable<ushort, EndpointRow> _endpoints = new("endpoints", row => row.Id, TimeProvider.System);
    private readonly Table<IpPrefix, HostAddressRow> _hosts = new("host-addresses", row => row.Prefix);
    private readonly Table<IpPrefix, StoredIpRow> _ips = new("kv-ips", row => row.Prefix);
    private readonly Table<NodeKey, NodeRow> _nodes = new("nodes", row => row.Key);
    private readonly Table<IpPrefix, NodeRangeRow> _ranges = new("node-ranges", row => row.Cidr);
    private readonly Table<string, DevicePlan> _plans = new("plan", _ => DevicePlan.Key);
    private readonly Table<IpPrefix, CidrIdentityRow> _cidrs = new("cidr-identities", row => row.Prefix);
    private readonly Table<NumericIdentity, IdentityRow> _identities = new("identities", row => row.Id);
    private readonly DesiredTable<IpPrefix, IpCacheRow> _ipcache = new("ipcache", row => row.Prefix, TimeProvider.System);

    private void Know(NumericIdentity id) => _identities.Upsert(new IdentityRow(id, LabelSet.Parse($"k8s:id={id}")));

    private void Endpoint(NumericIdentity identity, bool hasPolicy = true, string? ipv6 = null) => _endpoints.Upsert(new EndpointRow
    {
        Id = 7, IfIndex = 1, Device = "lxc7", Mac = new(1), HostMac = new(2), IPv4 = Address.Address, IPv6 = ipv6 is null ? null : IPAddress.Parse(ipv6),
        Identity = identity, Policy = hasPolicy ? new PolicyId(identity) : null,
    });

    private readonly IpCacheController _controller;

    public IpCacheControllerTests() => _controller = new IpCacheController(_endpoints, _hosts, _ips, _nodes, _ranges, _plans, _cidrs, _identities, _ipcache);

    private void Compute() => _controller.Compute();

    private (NumericIdentity, IpCacheOrigin)? Resolves(IpPrefix prefix)
    {
        Compute();
        return _ipcache.Rows[prefix] is { IsDeleting: false } row ? (row.Row.Identity, row.Row.Origin) : null;
    }

    [Fact]
    public void An_endpoints_address_shadows_an_equal_prefix_which_comes_back_when_the_endpoint_goes()
    {
        Know(Web);
        Know(Cidr);
        _cidrs.Upsert(new CidrIdentityRow(Address, Cidr, IsWanted: true));
        Assert.Equal((Cidr, IpCacheOrigin.Cidr), Resolves(Address));
        Endpoint(Web);
        Assert.Equal((Web, IpCacheOrigin.Endpoint), Resolves(Address));
        _endpoints.Remove(7);
        Assert.Equal((Cidr, IpCacheOrigin.Cidr), Resolves(Address));
    }

    [Fact]
    public void An_address_of_the_node_is_the_nodes_whatever_a_rule_names()
    {
        Know(Cidr);
        _cidrs.Upsert(new CidrIdentityRow(Address, Cidr, IsWanted: true));
        _hosts.Upsert(new HostAddressRow(Address, "eth0"));
        Assert.Equal((NumericIdentity.Host, IpCacheOrigin.Host), Resolves(Address));
    }

    [Fact]
    public void Both_addresses_of_an_endpoint_resolve_to_it()
    {
        Know(Web);
        Endpoint(Web, ipv6: "fd00::7");
        Assert.Equal((Web, IpCacheOrigin.Endpoint), Resolves(IpPrefix.Parse("fd00::7/128")));
    }

    [Fact]
    public void An_endpoint_that_drops_everything_is_not_in_the_ipcache()
    {
        Know(Web);
        Endpoint(Web, hasPolicy: false);
        Assert.Null(Resolves(Address));
    }

    [Fact]
    public void A_prefix_that_no_rule_names_any_more_leaves_while_its_number_stays()
    {
        Know(Cidr);
        _cidrs.Upsert(new CidrIdentityRow(Address, Cidr, IsWanted: false));
        Assert.Null(Resolves(Address));
    }

    [Fact]
    public void A_new_identity_waits_until_the_policies_know_it()
    {
        Endpoint(Web);
        Assert.Null(Resolves(Address));
        Know(Web);
        Assert.Equal((Web, IpCacheOrigin.Endpoint), Resolves(Address));
        Assert.Equal(Gate.Settled("policies", _identities.Snapshot.RevisionOf(Web)), _ipcache.Rows[Address]!.Gate);
    }

    [Fact]
    public void An_address_whose_new_identity_is_not_known_keeps_what_it_resolves_to()
    {
        Know(Web);
        Endpoint(Web);
        Compute();
        Endpoint(new(1002));
        Assert.Equal((Web, IpCacheOrigin.Endpoint), Resolves(Address));
    }

    [Fact]
    public void A_reserved_identity_waits_for_nothing()
    {
        _hosts.Upsert(new HostAddressRow(Address, "eth0"));
        Compute();
        Assert.Null(_ipcache.Rows[Address]!.Gate);
    }

    [Fact]
    public void An_address_of_another_node_is_who_the_store_says_and_an_endpoint_or_address_of_this_node_shadows_it()
    {
        Know(Web);
        Know(Other);
        _ips.Upsert(new StoredIpRow(Address, Other, IPAddress.Parse("192.168.0.2"), ""));
        Assert.Equal((Other, IpCacheOrigin.Kvstore), Resolves(Address));
        Endpoint(Web);
        Assert.Equal((Web, IpCacheOrigin.Endpoint), Resolves(Address));
        _endpoints.Remove(7);
        _hosts.Upsert(new HostAddressRow(Address, "eth0"));
        Assert.Equal((NumericIdentity.Host, IpCacheOrigin.Host), Resolves(Address));
    }

    [Fact]
    public void What_the_store_says_about_an_address_of_this_node_is_its_own_word_and_counts_for_nothing()
    {
        Know(Other);
        _hosts.Upsert(new HostAddressRow(IpPrefix.Parse("192.168.0.1"), "eth0"));
        _ips.Upsert(new StoredIpRow(Address, Other, IPAddress.Parse("192.168.0.1"), ""));
        Assert.Null(Resolves(Address));
        _hosts.Remove(IpPrefix.Parse("192.168.0.1"));
        Assert.Equal((Other, IpCacheOrigin.Kvstore), Resolves(Address));
    }

    [Fact]
    public void An_address_whose_identity_is_not_known_yet_is_in_the_cluster_and_not_the_world()
    {
        var range = IpPrefix.Parse("10.0.0.0/24");
        _ranges.Upsert(new NodeRangeRow(range, new("default", "two"), IsOwn: false, null, null));
        _ips.Upsert(new StoredIpRow(Address, Other, IPAddress.Parse("192.168.0.2"), ""));
        Assert.Null(Resolves(Address));
        Assert.Equal((NumericIdentity.Cluster, IpCacheOrigin.Kvstore), Resolves(range));
        Know(Other);
        Assert.Equal((Other, IpCacheOrigin.Kvstore), Resolves(Address));
        _ranges.Remove(range);
        Assert.Null(Resolves(range));
    }

    [Fact]
    public void A_range_that_a_rule_names_comes_back_when_the_store_forgets_the_equal_address()
    {
        Know(Cidr);
        Know(Other);
        _cidrs.Upsert(new CidrIdentityRow(Address, Cidr, IsWanted: true));
        _ips.Upsert(new StoredIpRow(Address, Other, null, ""));
        Assert.Equal((Other, IpCacheOrigin.Kvstore), Resolves(Address));
        _ips.Remove(Address);
        Assert.Equal((Cidr, IpCacheOrigin.Cidr), Resolves(Address));
    }
}

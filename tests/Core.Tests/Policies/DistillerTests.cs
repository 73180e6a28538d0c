using Cilium.Framework.Configuration;
using Cilium.Framework.Identities;
using Cilium.Framework.Labels;
using Cilium.Framework.Policies;
using Cilium.Framework.Policies.Documents;
using Cilium.Framework.Policies.Rules;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.Tests.Policies;

public class DistillerTests
{
    private static readonly IdentityRow Web = new(new(1001), LabelSet.Parse("k8s:app=web"));
    private static readonly IdentityRow Client = new(new(1002), LabelSet.Parse("k8s:app=client"));
    private static readonly IdentityRow Ten = Cidr(1, "10.0.0.0/8");
    private static readonly IdentityRow TenOne = Cidr(2, "10.1.0.0/16");
    private static readonly IdentityRow Everything = Cidr(3, "0.0.0.0/0");
    private static readonly IdentityRow[] All = [.. ReservedIdentities.Default.All, Web, Client, Ten, TenOne, Everything];

    private static IdentityRow Cidr(uint number, string prefix) => new(new(NumericIdentity.NodeLocalScope + number), CidrLabels.Of(IpPrefix.Parse(prefix)));

    private static PolicyEntrySet Distil(string sections, IdentityRow? subject = null, PolicyEnforcement mode = PolicyEnforcement.Default, bool allowHost = false)
    {
        var text = $"apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {{name: p}}\nspec:\n  endpointSelector: {{matchLabels: {{app: web}}}}\n{sections}\n";
        var repository = sections.Length == 0 ? PolicyRepository.Empty : PolicyRepository.Empty.Import(PolicyParser.Parse(text));
        return new Distiller([.. repository.Rules], new Selections(All), mode, allowHost).Distil(subject ?? Web).Entries;
    }

    private static IEnumerable<string> Ingress(PolicyEntrySet entries) => entries.Where(entry => entry.Key.Direction == TrafficDirection.Ingress).Select(entry => $"{entry.Key.Remote}:{entry.Key.Protocol}:{entry.Key.Port}");

    private static bool Allows(PolicyEntrySet entries, IdentityRow from, ushort port = 80, IpProtocol protocol = IpProtocol.Tcp) =>
        entries.TryMatch(TrafficDirection.Ingress, from.Id, protocol, port, out _);

    [Fact]
    public void A_direction_that_no_rule_names_is_not_enforced()
    {
        var entries = Distil("  ingress: []");
        Assert.False(entries.TryGet(PolicyKey.All(TrafficDirection.Ingress), out _));
        Assert.True(entries.TryGet(PolicyKey.All(TrafficDirection.Egress), out var egress));
        Assert.Equal(RuleCookie.NotEnforced, egress.Rule);
    }

    [Fact]
    public void A_peer_without_ports_may_use_every_port() => Assert.Equal(["1002:Any:0"], Ingress(Distil("  ingress: [{fromEndpoints: [{matchLabels: {app: client}}]}]")));

    [Fact]
    public void Ports_without_a_peer_are_open_to_every_identity() => Assert.Equal(["0:Tcp:80"], Ingress(Distil("  ingress: [{toPorts: [{ports: [{port: \"80\", protocol: TCP}]}]}]")));

    [Fact]
    public void A_peer_with_ports_may_use_these_only()
    {
        var entries = Distil("  ingress: [{fromEndpoints: [{matchLabels: {app: client}}], toPorts: [{ports: [{port: \"80\", protocol: TCP}]}]}]");
        Assert.True(Allows(entries, Client));
        Assert.False(Allows(entries, Client, 81));
        Assert.False(Allows(entries, Client, 80, IpProtocol.Udp));
        Assert.False(Allows(entries, Web));
    }

    [Fact]
    public void A_peer_selector_that_selects_nobody_opens_nothing() =>
        Assert.Empty(Ingress(Distil("  ingress: [{fromEndpoints: [{matchLabels: {app: nobody}}], toPorts: [{ports: [{port: \"80\"}]}]}]")));

    [Fact]
    public void An_empty_peer_list_opens_nothing() => Assert.Empty(Ingress(Distil("  ingress: [{fromEndpoints: []}]")));

    [Fact]
    public void An_exception_is_left_out_of_its_prefix()
    {
        var entries = Distil("  ingress: [{fromCIDRSet: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}]}]");
        Assert.True(Allows(entries, Ten));
        Assert.False(Allows(entries, TenOne));
        Assert.False(Allows(entries, Everything));
    }

    [Fact]
    public void A_prefix_includes_the_longer_ones_inside() => Assert.True(Allows(Distil("  ingress: [{fromCIDR: [10.0.0.0/8]}]"), TenOne));

    [Fact]
    public void A_prefix_never_selects_an_endpoint() => Assert.False(Allows(Distil("  ingress: [{fromCIDR: [0.0.0.0/0]}]"), Client));

    [Theory]
    [InlineData("world", "2 16777217 16777218 16777219")]
    [InlineData("host", "1")]
    [InlineData("init", "5")]
    [InlineData("cluster", "1 3 4 5 6 1001 1002")]
    [InlineData("all", "0")]
    public void An_entity_selects_its_identities(string entity, string expected) =>
        Assert.Equal(expected.Split(' ').Order(), Distil($"  ingress: [{{fromEntities: [{entity}]}}]").Where(entry => entry.Key.Direction == TrafficDirection.Ingress).Select(entry => entry.Key.Remote.ToString()).Order());

    [Fact]
    public void An_empty_selector_selects_every_endpoint_but_neither_the_node_nor_the_world()
    {
        var entries = Distil("  ingress: [{fromEndpoints: [{}]}]");
        Assert.True(Allows(entries, Client));
        Assert.False(Allows(entries, Everything));
        Assert.False(entries.TryMatch(TrafficDirection.Ingress, NumericIdentity.World, IpProtocol.Tcp, 80, out _));
        Assert.False(entries.TryMatch(TrafficDirection.Ingress, NumericIdentity.Host, IpProtocol.Tcp, 80, out _));
    }

    [Theory]
    [InlineData(PolicyEnforcement.Default, false)]
    [InlineData(PolicyEnforcement.Always, true)]
    [InlineData(PolicyEnforcement.Never, false)]
    public void Without_rules_the_mode_decides(PolicyEnforcement mode, bool enforced)
    {
        var entries = Distil("", mode: mode);
        Assert.Equal(!enforced, Allows(entries, Client));
    }

    [Fact]
    public void Never_means_never_also_with_rules() => Assert.True(Allows(Distil("  ingress: []", mode: PolicyEnforcement.Never), Client));

    [Fact]
    public void An_endpoint_whose_labels_are_not_known_is_enforced_both_ways() =>
        Assert.Empty(Distil("", subject: ReservedIdentities.Default.All.First(row => row.Id == NumericIdentity.Init)));

    [Fact]
    public void An_endpoint_that_says_init_beside_other_labels_is_enforced_both_ways_too() =>
        Assert.Empty(Distil("", subject: new(new(1001), LabelSet.Parse("reserved:init", "k8s:app=web"))));

    [Theory]
    [InlineData("{key: 'reserved:init', operator: DoesNotExist}")]
    [InlineData("{key: 'reserved:init', operator: NotIn, values: [x]}")]
    public void Not_init_means_neither_the_node_nor_the_world(string expression) =>
        Assert.Equal(["1001:Any:0", "1002:Any:0", "3:Any:0", "4:Any:0", "6:Any:0"], Ingress(Distil($$"""  ingress: [{fromEndpoints: [{matchExpressions: [{{expression}}]}]}]""")).Where(entry => entry != "5:Any:0").Order());

    /// <summary>The node's address has the identity host, whatever prefixes rules name (Cilium facts 9.5: the more certain origin shadows the prefix).</summary>
    [Fact]
    public void A_prefix_never_selects_the_node_even_when_it_is_the_node_s_address()
    {
        var entries = Distil("  egress: [{toCIDR: [192.0.2.10/32, 0.0.0.0/0]}]");
        Assert.False(entries.TryMatch(TrafficDirection.Egress, NumericIdentity.Host, IpProtocol.Tcp, 80, out _));
        Assert.True(Distil("  egress: [{toEntities: [host]}]").TryMatch(TrafficDirection.Egress, NumericIdentity.Host, IpProtocol.Tcp, 80, out _));
    }

    [Fact]
    public void Allow_localhost_lets_the_node_in()
    {
        Assert.True(Distil("  ingress: []", allowHost: true).TryMatch(TrafficDirection.Ingress, NumericIdentity.Host, IpProtocol.Tcp, 80, out var entry));
        Assert.Equal(RuleCookie.AllowLocalhost, entry.Rule);
    }

    [Fact]
    public void The_oldest_section_that_allows_is_named()
    {
        var entries = Distil("  ingress: [{toPorts: [{ports: [{port: \"80\", protocol: TCP}]}]}, {toPorts: [{ports: [{port: \"80\", protocol: TCP}]}]}]");
        Assert.Equal(RuleCookie.FirstRule, entries.Single(entry => entry.Key.Direction == TrafficDirection.Ingress).Rule.Value);
    }
}

using System.Net;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

/// <summary>Routing that does not fit the node: the agent ends in words and the node is as before.</summary>
[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class RefusedStartTests(BareNode bare) : IClassFixture<BareNode>, IAsyncLifetime
{
    private string _before = "";

    public async ValueTask InitializeAsync() => _before = await DumpAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("routing.provider=overlay", "routing.provider: \"overlay\" is not installed (flag --set routing.provider). Installed in ")]
    [InlineData("routing.provider=tunnel routing.tunnel.protocol=gre", "routing.tunnel.protocol: \"gre\" is not accepted. Accepted: vxlan, geneve.")]
    [InlineData("routing.provider=tunnel routing.tunnel.port=70000", "routing.tunnel.port: \"70000\" is not accepted. Accepted: 1..65535.")]
    [InlineData("routing.provider=direct routing.direct.devices=eth7", "failed (plan). routing.direct.devices: \"eth7\" is not a device of node node0. Its devices: eth0. The agent did not start; what was realised before stays.")]
    [InlineData("routing.provider=tunnel ipv4.pod-cidr=192.0.2.0/24", "ipv4.pod-cidr: 192.0.2.0/24 holds 192.0.2.10, which is on eth0: the node's endpoints would have addresses of its network. Give them a range apart from every network of the node.")]
    [InlineData("routing.provider=tunnel ipv6.pod-cidr=2001:db8::/64", "ipv6.pod-cidr: 2001:db8::/64 holds 2001:db8::10, which is on eth0: the node's endpoints would have addresses of its network. Give them a range apart from every network of the node.")]
    [InlineData("routing.provider=direct ipv4.pod-cidr=192.0.2.8/30", "ipv4.pod-cidr: 192.0.2.8/30 holds 192.0.2.10, which is on eth0: the node's endpoints would have addresses of its network. Give them a range apart from every network of the node.")]
    [InlineData("routing.provider=tunnel mtu=1329", "mtu: is 1329, of which 50 are for wrapping: 1279 are left, but IPv6 needs 1280 bytes. Raise it to 1330 or more, or give the node's endpoints no IPv6 range (ipv6.enabled, ipv6.pod-cidr).")]
    [InlineData("routing.provider=direct mtu=1279", "mtu: is 1279, but IPv6 needs 1280 bytes. Raise it to 1280 or more, or give the node's endpoints no IPv6 range (ipv6.enabled, ipv6.pod-cidr).")]
    public async Task Settings_that_do_not_fit_are_refused_in_words_and_nothing_is_made(string settings, string expected)
    {
        var said = await bare.RefusalAsync(settings.Split(' '));
        Assert.Contains(expected, said, StringComparison.Ordinal);
        Assert.Equal(_before, await DumpAsync());
    }

    [Fact]
    public async Task A_port_that_another_overlay_of_the_node_has_is_refused_with_its_name_and_that_one_stays()
    {
        using var netlink = RouteNetlink.Open(bare.Node.Network.Node);
        netlink.CreateVxlan(new VxlanLink { Name = "flannel.1", Vni = 1, Port = 8472, Local = bare.Node.Network.Place.IPv4, Remote = IPAddress.Parse("192.0.2.99") });
        try
        {
            netlink.SetUp(netlink.FindLink("flannel.1")!.Index);
            var before = await DumpAsync();
            Assert.Contains(
                "routing tunnel: UDP port 8472 for cilium_vxlan is taken on this machine: device flannel.1 (vxlan, port 8472) has it. Stop the other user, or choose another port, the same on every node (routing:tunnel:port).",
                await bare.RefusalAsync("routing.provider=tunnel"), StringComparison.Ordinal);
            Assert.Equal(before, await DumpAsync());
        }
        finally
        {
            netlink.DeleteLink("flannel.1");
        }
    }

    private Task<string> DumpAsync() => NodeDump.OfAsync(bare.Node);
}

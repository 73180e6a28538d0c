namespace Cilium.Framework.EndToEnd.Tests.Routing;

/// <summary>What is advertised on request.</summary>
public sealed partial class KubeRouterTests
{
    private const string Advertised = "10.96.0.0/24";

    [Theory]
    [InlineData(Advertised, false)]
    [InlineData("fd00:96::/64", true)]
    public async Task What_is_advertised_reaches_the_router_outside_until_it_is_withdrawn(string prefix, bool v6)
    {
        Assert.Equal($"{prefix} is advertised.\n", await CliAsync(0, "bgp", "advertise", prefix));
        try
        {
            await Eventually.TrueAsync(async () => await IsToldAsync(prefix, v6), $"the router has {prefix} through node1", seconds: 20);
        }
        finally
        {
            Assert.Equal($"{prefix} is withdrawn.\n", await CliAsync(0, "bgp", "withdraw", prefix));
        }

        await Eventually.TrueAsync(async () => !await IsToldAsync(prefix, v6), $"the router has {prefix} no more", seconds: 20);
    }

    [Fact]
    public async Task What_was_advertised_is_advertised_again_after_gobgpd_started_again()
    {
        await CliAsync(0, "bgp", "advertise", Advertised);
        try
        {
            await Eventually.TrueAsync(async () => await IsToldAsync(Advertised, v6: false), "the router has it", seconds: 20);
            await _nodes.Speaker(0).Speaker.KillAsync(Stop);
            await Eventually.TrueAsync(async () => !await IsToldAsync(Advertised, v6: false), "the router has it no more", seconds: 20);
            await _nodes.Speaker(0).RunAsync(Stop);
            await Eventually.TrueAsync(async () => await IsToldAsync(Advertised, v6: false), "the router has it again", seconds: 40);
        }
        finally
        {
            await _nodes.Speaker(0).RunAsync(Stop);
            await CliAsync(0, "bgp", "withdraw", Advertised);
        }
    }

    private async Task<bool> IsToldAsync(string prefix, bool v6)
    {
        var place = _nodes.Nodes[0].Network.Place;
        return (await _nodes.Bird.ListRoutesAsync(Stop)).Any(route => route.Prefix.ToString() == prefix && (v6 ? place.IPv6 : place.IPv4).Equals(route.Via));
    }
}

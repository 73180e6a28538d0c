using System.Net;
using Cilium.Framework.Agent.Endpoints;
using Cilium.Framework.Endpoints;
using Cilium.Framework.Ipam;
using Cilium.Framework.Labels;
using Cilium.Framework.State;

namespace Cilium.Framework.Agent.Tests.Endpoints;

/// <summary>An address has one holder, whether it was asked for or brought along.</summary>
public sealed class EndpointLeasesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StateDirectory _state;
    private readonly IpamService _ipam;
    private readonly EndpointLeases _leases;

    public EndpointLeasesTests()
    {
        _state = StateDirectory.Open(_folder["state"]);
        _ipam = new IpamService(new OnePool(), new(_state, "ipam.json", IpamStateJson.Default.IpamState));
        _ipam.Start([]);
        _leases = new EndpointLeases(_ipam, address => address.Equals(IPAddress.Parse("192.0.2.9")) ? "eth0" : null);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _ipam.Dispose();
        _state.Dispose();
        _folder.Dispose();
    }

    private static EndpointProposal Proposal(string ipv4, string container = "c1") =>
        new(0, container, "", "lxc1", 9, default, default, IPAddress.Parse(ipv4), null, LabelSet.Empty);

    private static EndpointRequest Request(string ipv4) => new()
    {
        Id = 1, Device = "lxc1", IfIndex = 9, Mac = default, HostMac = default, IPv4 = IPAddress.Parse(ipv4), Labels = LabelSet.Empty, IdentityLabels = LabelSet.Empty,
    };

    private async Task<RefusedException> RefusedAsync(EndpointProposal proposal)
    {
        var before = _ipam.List().Count;
        var refused = await Assert.ThrowsAsync<RefusedException>(() => _leases.ClaimAsync(proposal, Cancelled));
        Assert.EndsWith("Nothing was changed.", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, _ipam.List().Count);
        return refused;
    }

    [Fact]
    public async Task An_address_that_nobody_leased_becomes_the_endpoints_until_it_is_gone()
    {
        await _leases.ClaimAsync(Proposal("10.1.0.7"), Cancelled);
        Assert.Equal("endpoint:lxc1:10.1.0.7", Assert.Single(_ipam.List()).Owner);
        Assert.Equal(IpamRefusal.AddressInUse, (await _ipam.AllocateAsync("other", IPAddress.Parse("10.1.0.7"), Cancelled)).Refusal);
        await _leases.ReleaseAsync(Request("10.1.0.7").Addresses);
        Assert.Empty(_ipam.List());
    }

    [Theory]
    [InlineData("c1")]
    [InlineData("container-id:c1")]
    [InlineData("c1:eth0")]
    [InlineData("container-id:c1:eth0")]
    public async Task What_the_runtime_leased_for_the_container_stays_the_runtimes(string owner)
    {
        await _ipam.AllocateAsync(owner, IPAddress.Parse("10.1.0.7"), Cancelled);
        Assert.Empty(await _leases.ClaimAsync(Proposal("10.1.0.7"), Cancelled));
        await _leases.ReleaseAsync(Request("10.1.0.7").Addresses);
        Assert.Equal(owner, Assert.Single(_ipam.List()).Owner);
    }

    [Theory]
    [InlineData("c1", "c2")]
    [InlineData("c1", "c11")]
    [InlineData("", "c2")]
    public async Task An_address_that_another_holder_leased_is_refused(string container, string owner)
    {
        await _ipam.AllocateAsync(owner, IPAddress.Parse("10.1.0.7"), Cancelled);
        var refused = await RefusedAsync(Proposal("10.1.0.7", container));
        Assert.Equal(409, refused.Status);
        Assert.StartsWith($"Address 10.1.0.7 is held by {owner}, not by this endpoint (", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_gateway_is_the_nodes()
    {
        var refused = await RefusedAsync(Proposal("10.1.0.1"));
        Assert.Equal(409, refused.Status);
        Assert.StartsWith("Address 10.1.0.1 is this node's own, the gateway of 10.1.0.0/24.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_of_one_of_the_nodes_devices_is_the_nodes()
    {
        var refused = await RefusedAsync(Proposal("192.0.2.9"));
        Assert.Equal((409, "Address 192.0.2.9 is this node's own, on device eth0. Take another one (POST /ipam). Nothing was changed."), (refused.Status, refused.Message));
    }

    [Fact]
    public async Task What_a_pool_never_gives_is_refused() => Assert.Equal(400, (await RefusedAsync(Proposal("10.1.0.255"))).Status);

    [Fact]
    public async Task An_address_outside_the_nodes_ranges_is_the_callers_affair()
    {
        Assert.Empty(await _leases.ClaimAsync(Proposal("192.0.2.1"), Cancelled));
        Assert.Empty(_ipam.List());
    }

    [Fact]
    public async Task Addresses_of_endpoints_whose_devices_vanished_are_free_again_whoever_leased_them()
    {
        await _ipam.AllocateAsync("c1", IPAddress.Parse("10.1.0.7"), Cancelled);
        await _ipam.AllocateAsync("c2", IPAddress.Parse("10.1.0.8"), Cancelled);
        await _ipam.AllocateAsync("waits", IPAddress.Parse("10.1.0.9"), Cancelled);
        await _ipam.AllocateAsync("endpoint:lxc5:10.1.0.10", IPAddress.Parse("10.1.0.10"), Cancelled);
        var free = await EndpointLeases.ReleaseForgottenAsync(_ipam, [Request("10.1.0.7")], [Request("10.1.0.8")], Cancelled);
        Assert.Equal(["10.1.0.10", "10.1.0.7"], free.Select(address => address.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(["c2", "waits"], _ipam.List().Select(lease => lease.Owner).Order());
    }
}

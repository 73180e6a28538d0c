using System.Net;
using Cilium.Framework.Client;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.EndToEnd.Tests;

/// <summary>What the API accepts and refuses, and that a refusal changes nothing.</summary>
[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class ApiTests : IAsyncLifetime
{
    private TestLab _lab = null!;

    private CiliumClient Client => _lab.Node.Agent.Client;

    public async ValueTask InitializeAsync() => _lab = await TestLab.StartAsync();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    private static async Task<ApiException> RefusedAsync(HttpStatusCode status, Func<Task> request)
    {
        var refused = await Assert.ThrowsAsync<ApiException>(request);
        Assert.True(status == refused.Status, $"expected {status}, got {refused.Status}: {refused.Message}");
        return refused;
    }

    /// <summary>A veth in the node, as a container runtime makes it, that no endpoint has yet.</summary>
    private void Device(string name)
    {
        using var netlink = RouteNetlink.Open(_lab.Node.Network.Node);
        netlink.CreateVeth(new VethPair { Name = name, PeerName = $"{name}p" });
    }

    private static EndpointChangeRequest Request(string device, string container, string ipv4) => new()
    {
        ContainerId = container, InterfaceName = device, Mac = "0a:00:00:00:00:01", Addressing = new AddressPair { Ipv4 = ipv4 }, Labels = ["k8s:app=x"],
    };

    [Fact]
    public async Task An_endpoint_is_found_by_each_of_its_names()
    {
        var pod = await _lab.PodAsync("web");
        foreach (var id in new[] { $"{pod.EndpointId}", $"container-id:{pod.ContainerId}", $"ipv4:{pod.IPv4}", $"ipv6:{pod.IPv6}" })
            Assert.Equal(pod.EndpointId, (await Client.GetEndpointAsync(id, TestLab.Cancelled)).Id);
        await RefusedAsync(HttpStatusCode.NotFound, () => Client.GetEndpointAsync("container-id:other", TestLab.Cancelled));
        Assert.Single(await Client.ListEndpointsAsync(["k8s:app=web"], TestLab.Cancelled));
        Assert.Empty(await Client.ListEndpointsAsync(["k8s:app=other"], TestLab.Cancelled));
        var refused = await RefusedAsync(HttpStatusCode.BadRequest, () => Client.GetEndpointAsync("name:web", TestLab.Cancelled));
        Assert.Contains("Accepted: a number 1..65535, container-id:ID, ipv4:ADDRESS, ipv6:ADDRESS.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_container_id_address_device_or_number_is_refused_with_the_holder()
    {
        var pod = await _lab.PodAsync("web");
        Device("free0");
        foreach (var (request, id, what) in new[]
        {
            (Request("free0", pod.ContainerId, "10.1.0.200"), $"container-id:{pod.ContainerId}", "Container id"),
            (Request("free0", "c2", pod.IPv4.ToString()), "0", $"Address {pod.IPv4}"),
            (Request(pod.HostDevice, "c2", "10.1.0.200"), "0", $"Device {pod.HostDevice}"),
            (Request("free0", "c2", "10.1.0.200"), $"{pod.EndpointId}", $"Endpoint {pod.EndpointId} exists"),
        })
        {
            var refused = await RefusedAsync(HttpStatusCode.Conflict, () => Client.PutEndpointAsync(id, request, TestLab.Cancelled));
            Assert.Contains(what, refused.Message, StringComparison.Ordinal);
            Assert.Contains($"{pod.EndpointId}", refused.Message, StringComparison.Ordinal);
        }

        Assert.Single(await Client.ListEndpointsAsync(TestLab.Cancelled));
    }

    [Fact]
    public async Task A_wrong_endpoint_is_refused_with_every_problem()
    {
        var request = Request("nothing", "c", "10.1.0.300") with { Mac = "xx", Labels = ["k8s:a;b=1", "=x"] };
        var refused = await RefusedAsync(HttpStatusCode.BadRequest, () => Client.PutEndpointAsync("0", request, TestLab.Cancelled));
        foreach (var expected in new[] { "there is no device nothing", "mac: \"xx\"", "addressing.ipv4: \"10.1.0.300\"", "labels[0]: ", "position 5", "labels[1]: ", "nothing was changed" })
            Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.Empty(await Client.ListEndpointsAsync(TestLab.Cancelled));
    }

    [Fact]
    public async Task An_address_is_given_once_and_taken_back()
    {
        var first = await Client.AllocateAddressAsync("owner-1", ct: TestLab.Cancelled);
        var again = await Client.AllocateAddressAsync("owner-1", ct: TestLab.Cancelled);
        Assert.Equal(first.Address, again.Address);
        Assert.Equal("10.1.0.0/24", first.HostAddressing.Ipv4!.AllocRange);
        var refused = await RefusedAsync(HttpStatusCode.Conflict, () => Client.AllocateAddressAsync("owner-2", IPAddress.Parse(first.Address.Ipv4!), TestLab.Cancelled));
        Assert.Contains("owner-1", refused.Message, StringComparison.Ordinal);
        await RefusedAsync(HttpStatusCode.BadRequest, () => Client.AllocateAddressAsync("owner-2", IPAddress.Parse("192.0.2.1"), TestLab.Cancelled));
        await RefusedAsync(HttpStatusCode.BadRequest, () => Client.AllocateAddressAsync("", ct: TestLab.Cancelled));
        await Client.ReleaseAddressAsync(first.Address.Ipv4!, TestLab.Cancelled);
        await RefusedAsync(HttpStatusCode.NotFound, () => Client.ReleaseAddressAsync(first.Address.Ipv4!, TestLab.Cancelled));
    }

    [Theory]
    [InlineData("a: [", HttpStatusCode.BadRequest, "CF2002")]
    [InlineData("spec: {}", HttpStatusCode.BadRequest, "metadata.name is missing")]
    [InlineData("[{\"endpointSelector\":{},\"ingress\":[{\"fromEntities\":[\"moon\"]}]}]", HttpStatusCode.BadRequest, "entity \"moon\" is not known")]
    public async Task A_wrong_policy_is_refused_and_changes_nothing(string document, HttpStatusCode status, string expected)
    {
        var refused = await RefusedAsync(status, () => Client.PutPolicyAsync(document, TestLab.Cancelled));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await Client.GetPolicyAsync([], TestLab.Cancelled)).Revision);
    }

    [Fact]
    public async Task A_policy_of_ten_megabytes_is_refused()
    {
        var refused = await RefusedAsync(HttpStatusCode.RequestEntityTooLarge, () => Client.PutPolicyAsync(new string('#', 10 << 20), TestLab.Cancelled));
        Assert.Contains("larger than 4 MiB", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_are_shown_and_deleted_by_label()
    {
        await _lab.ImportAsync(Policies.ServerAcceptsClient(80, "one"));
        await _lab.ImportAsync(Policies.ServerAcceptsClient(81, "two"));
        var label = "k8s:io.cilium.k8s.policy.name=one";
        Assert.Contains("\"port\":\"80\"", (await Client.GetPolicyAsync([label], TestLab.Cancelled)).Rules, StringComparison.Ordinal);
        Assert.Equal(4, (await Client.DeletePolicyAsync([label], TestLab.Cancelled)).Revision);
        await RefusedAsync(HttpStatusCode.NotFound, () => Client.GetPolicyAsync([label], TestLab.Cancelled));
        Assert.Contains("\"port\":\"81\"", (await Client.GetPolicyAsync([], TestLab.Cancelled)).Rules, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Identities_and_tables_are_shown()
    {
        var pod = await _lab.PodAsync("web");
        var identity = (await Client.GetEndpointAsync($"{pod.EndpointId}", TestLab.Cancelled)).Status.Identity!;
        Assert.Equal(["k8s:app=web"], (await Client.GetIdentityAsync($"{identity.Id}", TestLab.Cancelled)).Labels);
        Assert.Equal(["reserved:host"], (await Client.GetIdentityAsync("1", TestLab.Cancelled)).Labels);
        foreach (var table in await Client.ListTablesAsync(TestLab.Cancelled))
            Assert.Equal(table, (await Client.GetTableAsync(table, TestLab.Cancelled)).Name);
        var refused = await RefusedAsync(HttpStatusCode.NotFound, () => Client.GetTableAsync("nothing", TestLab.Cancelled));
        Assert.Contains("Known: advertisements, cidr-identities, ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_socket_is_for_root_and_the_group_only()
    {
        var mode = File.GetUnixFileMode(_lab.Node.Socket);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, mode);
    }
}

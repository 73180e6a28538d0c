using Cilium.Framework.Agent.Endpoints;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Agent.Tests.Endpoints;

public class EndpointRequestsTests
{
    private static readonly EndpointChangeRequest Good = new()
    {
        ContainerId = "c1", InterfaceName = "lxc1", InterfaceIndex = 9, Mac = "0a:00:00:00:00:01", HostMac = "0a:00:00:00:00:02",
        Addressing = new AddressPair { Ipv4 = "10.1.0.2", Ipv6 = "fd00::2" }, Labels = ["k8s:app=web"],
    };

    private static string Refusal(EndpointChangeRequest request, string id = "0", bool ipv6 = true)
    {
        var refused = Assert.Throws<RefusedException>(() => new EndpointRequests(netlink: null, ipv4: true, ipv6).Read(id, request));
        Assert.Equal(400, refused.Status);
        Assert.StartsWith($"Endpoint {id}: nothing was changed.\n", refused.Message, StringComparison.Ordinal);
        return refused.Message;
    }

    [Theory]
    [InlineData("0", 0, "c1")]
    [InlineData("7", 7, "c1")]
    [InlineData("container-id:c1", 0, "c1")]
    public void Number_and_container_id_come_from_path_and_body(string id, int number, string container)
    {
        var read = new EndpointRequests(netlink: null, ipv4: true, ipv6: true).Read(id, Good);
        Assert.Equal((number, container), (read.Id, read.ContainerId));
    }

    [Theory]
    [InlineData("container-id:c2", "container-id: \"c1\" in the body, \"c2\" in the path.")]
    [InlineData("70000", "id: \"70000\" in the path.")]
    [InlineData("+7", "id: \"+7\" in the path.")]
    [InlineData("ipv4:10.1.0.2", "id: \"ipv4:10.1.0.2\" in the path.")]
    public void A_path_that_contradicts_the_body_or_is_no_number_is_refused(string id, string expected) => Assert.Contains(expected, Refusal(Good, id), StringComparison.Ordinal);

    [Theory]
    [InlineData("reserved:host")]
    [InlineData("reserved:world")]
    [InlineData("cidr:10.0.0.0/8")]
    public void A_workload_cannot_claim_to_be_the_node_or_the_world(string label) =>
        Assert.Contains($"labels[1]: {label} stands for what is not a workload", Refusal(Good with { Labels = ["k8s:a=b", label] }), StringComparison.Ordinal);

    [Theory]
    [InlineData("k8s:app.kubernetes.io/name=web")]
    [InlineData("container:args=--a=b=c")]
    [InlineData("reserved:init")]
    public void Labels_with_dots_slashes_and_equals_signs_are_taken(string label) =>
        Assert.Equal(label, Assert.Single(new EndpointRequests(netlink: null, ipv4: true, ipv6: true).Read("0", Good with { Labels = [label] }).Labels).ToString());

    [Theory]
    [InlineData("k8s:a;b=1", "character U+003B at position 5 is not accepted (';' separates labels in the store)")]
    [InlineData("k8s:a=\0", "character U+0000 at position 6 is not accepted (NUL)")]
    [InlineData("k8s:a=x\n", "character U+000A at position 7 is not accepted (a control character)")]
    [InlineData("k8s:schlüssel=1", "character U+00FC at position 8 is not accepted (not ASCII)")]
    [InlineData("k8s:=1", "the key at position 4 is empty")]
    [InlineData("", "the key at position 0 is empty")]
    [InlineData("a/b:c=1", "character '/' at position 1 is not accepted in a source")]
    public void A_label_that_is_not_acceptable_is_refused_with_its_place_in_the_body_and_the_position(string label, string expected)
    {
        var message = Refusal(Good with { Labels = ["k8s:ok=1", label] });
        Assert.Contains("\nlabels[1]: ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_of_a_family_that_is_off_is_refused() =>
        Assert.Contains("addressing.ipv6: the family is disabled on this node (ipv6.enabled).", Refusal(Good, ipv6: false), StringComparison.Ordinal);

    [Theory]
    [InlineData("c\n1")]
    [InlineData("c 1")]
    [InlineData("\u001b[31m")]
    public void A_container_id_that_would_garble_a_terminal_is_refused(string id) => Assert.Contains("\ncontainer-id: ", Refusal(Good with { ContainerId = id }), StringComparison.Ordinal);

    [Theory]
    [InlineData("00:00:00:00:00:00")]
    [InlineData("ff:ff:ff:ff:ff:ff")]
    [InlineData("01:00:5e:00:00:01")]
    [InlineData("33:33:00:00:00:01")]
    public void A_mac_that_no_device_can_have_is_refused(string mac)
    {
        Assert.Contains($"\nmac: {mac} is no device's own address.", Refusal(Good with { Mac = mac }), StringComparison.Ordinal);
        Assert.Contains($"\nhost-mac: {mac} is no device's own address.", Refusal(Good with { HostMac = mac }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0", null)]
    [InlineData("127.0.0.2", null)]
    [InlineData("224.0.0.1", null)]
    [InlineData("255.255.255.255", null)]
    [InlineData(null, "::")]
    [InlineData(null, "::1")]
    [InlineData(null, "ff02::1")]
    public void An_address_that_no_host_can_have_is_refused(string? ipv4, string? ipv6) =>
        Assert.Contains($"{ipv4 ?? ipv6} is no address of one host.", Refusal(Good with { Addressing = new AddressPair { Ipv4 = ipv4, Ipv6 = ipv6 } }), StringComparison.Ordinal);

    [Fact]
    public void A_negative_device_index_is_refused() => Assert.Contains("\ninterface-index: -5. Accepted: the index of device lxc1, or 0", Refusal(Good with { InterfaceIndex = -5 }), StringComparison.Ordinal);

    [Theory]
    [InlineData("bogus")]
    [InlineData("ready")]
    public void A_state_that_the_agent_sets_itself_is_refused(string state) =>
        Assert.Contains($"\nstate: \"{state}\". Accepted: waiting-for-identity, or nothing", Refusal(Good with { State = state }), StringComparison.Ordinal);

    [Fact]
    public void The_state_that_a_runtime_announces_is_taken() => Assert.Equal("c1", new EndpointRequests(netlink: null, ipv4: true, ipv6: true).Read("0", Good with { State = "waiting-for-identity" }).ContainerId);

    [Fact]
    public void Two_values_of_one_label_key_are_refused_and_one_value_twice_is_not()
    {
        Assert.Contains("\nlabels[1]: k8s:app=db and k8s:app=web give one key two values.", Refusal(Good with { Labels = ["k8s:app=web", "k8s:app=db"] }), StringComparison.Ordinal);
        Assert.Single(new EndpointRequests(netlink: null, ipv4: true, ipv6: true).Read("0", Good with { Labels = ["k8s:app=web", "k8s:app=web"] }).Labels);
    }

    [Fact]
    public void Every_problem_is_named_at_once()
    {
        var message = Refusal(new EndpointChangeRequest { Mac = "xx", Addressing = new AddressPair { Ipv4 = "10.1.0.300", Ipv6 = "10.1.0.2" }, Labels = ["=x"] });
        foreach (var expected in new[] { "interface-name: missing", "mac: \"xx\" is not an Ethernet address", "host-mac: missing", "addressing.ipv4: \"10.1.0.300\"", "addressing.ipv6: \"10.1.0.2\"", "labels[0]: " })
            Assert.Contains("\n" + expected, message, StringComparison.Ordinal);
    }
}

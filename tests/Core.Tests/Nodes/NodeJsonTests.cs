using System.Net;
using System.Net.Sockets;
using System.Text;
using Cilium.Framework.Nodes;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.Tests.Nodes;

/// <summary>Nodes as Cilium 1.2 and 1.19 write them (Cilium facts 5a, 5b; the first example is that of Documentation/kvstore.rst).</summary>
public sealed class NodeJsonTests
{
    private static readonly NodeRow Node = new()
    {
        Key = new("default", "node-1"), ClusterId = 3, Origin = NodeOrigin.Local,
        Addresses = [new(NodeAddress.Internal, IPAddress.Parse("192.168.0.1")), new(NodeAddress.Internal, IPAddress.Parse("fd00::1"))],
        IPv4PodCidr = IpPrefix.Parse("10.11.0.0/16"), IPv6PodCidr = IpPrefix.Parse("f00d::a0f:0:0:0/112"), IPv4Health = IPAddress.Parse("10.11.0.9"),
    };

    private static NodeRow Read(string json, string key = "default/runtime1") => NodeJson.Read(NodeKey.Read(key)!.Value, Encoding.UTF8.GetBytes(json));

    [Fact]
    public void A_node_is_written_byte_for_byte_in_the_order_of_the_Go_struct() => Assert.Equal(
        """{"Name":"node-1","Cluster":"default","IPAddresses":[{"AddressType":"InternalIP","IP":"192.168.0.1"},{"AddressType":"InternalIP","IP":"fd00::1"}],"IPv4AllocCIDR":{"IP":"10.11.0.0","Mask":"//8AAA=="},"IPv6AllocCIDR":{"IP":"f00d::a0f:0:0:0","Mask":"//////////////////8AAA=="},"IPv4HealthIP":"10.11.0.9","IPv6HealthIP":"","ClusterID":3,"Source":"agent-local"}""",
        NodeJson.Write(Node));

    [Fact]
    public void What_is_missing_is_written_as_Go_writes_it() => Assert.Equal(
        """{"Name":"bare","Cluster":"default","IPAddresses":null,"IPv4AllocCIDR":null,"IPv6AllocCIDR":null,"IPv4HealthIP":"","IPv6HealthIP":"","ClusterID":0,"Source":"agent-local"}""",
        NodeJson.Write(new NodeRow { Key = new("default", "bare"), Origin = NodeOrigin.Local }));

    [Fact]
    public void The_documented_example_of_1_2_says_what_it_says()
    {
        var node = Read(
            """{"Name":"runtime1","IPAddresses":[{"AddressType":"InternalIP","IP":"10.0.2.15"}],"IPv4AllocCIDR":{"IP":"10.11.0.0","Mask":"//8AAA=="},"IPv6AllocCIDR":{"IP":"f00d::a0f:0:0:0","Mask":"//////////////////8AAA=="},"IPv4HealthIP":"","IPv6HealthIP":""}""");
        Assert.Equal(
            new NodeRow
            {
                Key = new("default", "runtime1"), Origin = NodeOrigin.Kvstore, Addresses = [new("InternalIP", IPAddress.Parse("10.0.2.15"))],
                IPv4PodCidr = IpPrefix.Parse("10.11.0.0/16"), IPv6PodCidr = IpPrefix.Parse("f00d::a0f:0:0:0/112"),
            },
            node);
    }

    [Fact]
    public void A_node_of_1_19_is_understood_and_nothing_that_it_says_is_lost()
    {
        const string further = "\"EncryptionKey\":0,\"Labels\":{\"zone\":\"a<b\"},\"NodeIdentity\":6,\"WireguardPubKey\":\"\",\"BootID\":\"4f1c\"";
        var node = Read(
            "{\"Name\":\"k8s-node1\",\"Cluster\":\"default\",\"IPAddresses\":[{\"Type\":\"InternalIP\",\"IP\":\"10.5.1.132\"},{\"Type\":\"CiliumInternalIP\",\"IP\":\"10.6.6.71\"}],"
            + "\"IPv4AllocCIDR\":{\"IP\":\"10.6.6.0\",\"Mask\":\"////AA==\"},\"IPv4SecondaryAllocCIDRs\":null,\"IPv6AllocCIDR\":null,\"IPv4HealthIP\":\"10.6.6.79\",\"IPv6HealthIP\":\"\",\"ClusterID\":4294967295,\"Source\":\"local\"," + further + "}",
            "default/k8s-node1");
        Assert.Equal(("10.5.1.132", "10.6.6.0/24", "10.6.6.79", uint.MaxValue), ($"{node.AddressOf(AddressFamily.InterNetwork)}", $"{node.IPv4PodCidr}", $"{node.IPv4Health}", node.ClusterId));
        Assert.Null(node.IPv6PodCidr);
        Assert.Equal("{\"IPv4SecondaryAllocCIDRs\":null," + further + "}", node.Further);
        Assert.EndsWith(",\"Source\":\"agent-local\",\"IPv4SecondaryAllocCIDRs\":null," + further + "}", NodeJson.Write(node), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Cluster":"default","IPv4HealthIP":"\ud800"}""")]
    [InlineData("""{"\ud800":1}""")]
    public void Texts_that_are_no_Unicode_are_refused_in_words(string json) =>
        Assert.StartsWith("the value is no JSON: ", Assert.Throws<FormatException>(() => Read(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void What_was_written_is_read_back() => Assert.Equal(Node with { Origin = NodeOrigin.Kvstore }, Read(NodeJson.Write(Node), "default/node-1"));

    [Theory]
    [InlineData("[]", "the value is a JSON Array. Accepted: an object.")]
    [InlineData("{", "the value is no JSON: ")]
    [InlineData("{\"IPv4HealthIP\":\"10.0.0.256\"}", "IPv4HealthIP: \"10.0.0.256\" is not accepted. Accepted: an IPv4 or IPv6 address.")]
    [InlineData("{\"IPv4AllocCIDR\":{\"IP\":\"10.0.0.0\",\"Mask\":\"/wD/AA==\"}}", "Mask: \"/wD/AA==\" is not accepted. Accepted: a mask of leading ones for 10.0.0.0.")]
    [InlineData("{\"IPv4AllocCIDR\":{\"IP\":\"10.0.0.0\",\"Mask\":\"x\"}}", "Mask: \"x\" is not accepted. Accepted: the base64 of 4 or 16 bytes.")]
    [InlineData("{\"IPAddresses\":[{\"Type\":\"InternalIP\"}]}", "IPAddresses: {\"Type\":\"InternalIP\"} is not accepted. Accepted: an address each.")]
    [InlineData("{\"ClusterID\":-1}", "ClusterID: -1 is not accepted. Accepted: 0..4294967295.")]
    public void What_is_no_node_is_refused_in_words(string json, string words) => Assert.StartsWith(words, Assert.Throws<FormatException>(() => Read(json)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("node")]
    [InlineData("default/")]
    [InlineData("default/a/b")]
    public void A_key_that_names_no_node_is_none(string key) => Assert.Null(NodeKey.Read(key));

    [Fact]
    public void Others_reach_a_node_by_an_internal_address_before_an_external_one_before_any_other()
    {
        static string? Reached(params string[] types) => new NodeRow
        {
            Key = new("default", "n"), Origin = NodeOrigin.Kvstore, Addresses = [.. types.Select((type, i) => new NodeAddress(type, IPAddress.Parse($"10.0.0.{i}")))],
        }.AddressOf(AddressFamily.InterNetwork)?.ToString();
        Assert.Equal("10.0.0.2", Reached("Hostname", "ExternalIP", "InternalIP"));
        Assert.Equal("10.0.0.1", Reached("Hostname", "ExternalIP"));
        Assert.Equal("10.0.0.0", Reached("Hostname"));
        Assert.Null(Reached());
    }
}

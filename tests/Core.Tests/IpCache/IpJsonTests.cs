using System.Net;
using System.Text;
using Cilium.Framework.IpCache;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.Tests.IpCache;

/// <summary>Addresses as Cilium 1.2 and 1.19 write them (Cilium facts 9.5).</summary>
public sealed class IpJsonTests
{
    private static StoredIpRow Read(string key, string json) => IpJson.Read(StoredIpRow.ReadKey(key)!.Value, Encoding.UTF8.GetBytes(json));

    [Theory]
    [InlineData("10.1.0.5/32", """{"IP":"10.1.0.5","Mask":null,"HostIP":"192.168.0.1","ID":1000,"Metadata":"cilium-global:default:n1:7"}""")]
    [InlineData("10.1.0.0/24", """{"IP":"10.1.0.0","Mask":"////AA==","HostIP":"192.168.0.1","ID":1000,"Metadata":"cilium-global:default:n1:7"}""")]
    [InlineData("fd00::5/128", """{"IP":"fd00::5","Mask":null,"HostIP":"192.168.0.1","ID":1000,"Metadata":"cilium-global:default:n1:7"}""")]
    public void An_address_is_written_byte_for_byte_and_read_back(string prefix, string json)
    {
        var row = new StoredIpRow(IpPrefix.Parse(prefix), new(1000), IPAddress.Parse("192.168.0.1"), "cilium-global:default:n1:7");
        Assert.Equal(json, IpJson.Write(row));
        Assert.Equal(row, Read(StoredIpRow.StoreKey(row.Prefix)[StoredIpRow.Folder.Length..], json));
    }

    [Fact]
    public void The_key_of_an_address_is_the_address_and_of_a_range_the_range()
    {
        Assert.Equal("cilium/state/ip/v1/default/10.1.0.5", StoredIpRow.StoreKey(IpPrefix.Parse("10.1.0.5/32")));
        Assert.Equal("cilium/state/ip/v1/default/10.1.0.0/24", StoredIpRow.StoreKey(IpPrefix.Parse("10.1.0.0/24")));
    }

    [Fact]
    public void An_address_of_1_19_is_understood()
    {
        var row = Read(
            "10.6.6.43",
            """{"IP":"10.6.6.43","Mask":null,"HostIP":"10.5.1.132","ID":12928,"Key":0,"Metadata":"cilium-global:default:k8s-node1:432","K8sNamespace":"istio-system","K8sPodName":"gateway-0","NamedPorts":[{"Name":"http","Port":80,"Protocol":"TCP"}]}""");
        Assert.Equal(new StoredIpRow(IpPrefix.Parse("10.6.6.43"), new(12928), IPAddress.Parse("10.5.1.132"), "cilium-global:default:k8s-node1:432"), row);
    }

    [Theory]
    [InlineData("10.0.0.1", """{"IP":"10.0.0.2","Mask":null,"HostIP":"","ID":1000}""", "the value is about 10.0.0.2/32, not about 10.0.0.1/32.")]
    [InlineData("10.0.0.1", """{"Mask":null,"HostIP":"","ID":1000}""", "IP is missing. Accepted: an IPv4 or IPv6 address.")]
    [InlineData("10.0.0.1", """{"IP":"10.0.0.1","ID":1}""", "ID: 1 means nothing on another node. Accepted: 2..16777215.")]
    [InlineData("10.0.0.1", """{"IP":"10.0.0.1","ID":16777217}""", "ID: 16777217 means nothing on another node. Accepted: 2..16777215.")]
    [InlineData("10.0.0.1", """{"IP":"10.0.0.1","ID":"1000"}""", "ID: \"1000\" is not accepted. Accepted: 0..4294967295.")]
    [InlineData("10.0.0.1", """{"IP":"10.0.0.1","ID":1000,"HostIP":"node-1"}""", "HostIP: \"node-1\" is not accepted. Accepted: an IPv4 or IPv6 address.")]
    [InlineData("10.0.0.1", """{"IP":"10.0.0.1","ID":1000,"Metadata":{"a":[1]}}""", "Metadata: {\"a\":[1]} is not accepted. Accepted: a text.")]
    [InlineData("10.0.0.1", """{"IP":"10.0.0.1","Mask":"AAAA","ID":1000}""", "Mask: \"AAAA\" is not accepted. Accepted: the base64 of 4 or 16 bytes.")]
    [InlineData("10.0.0.1", "[1]", "the value is a JSON Array. Accepted: an object.")]
    [InlineData("10.0.0.1", "null", "the value is a JSON Null. Accepted: an object.")]
    public void What_is_no_address_is_refused_in_words(string key, string json, string words) => Assert.Equal(words, Assert.Throws<FormatException>(() => Read(key, json)).Message);

    [Theory]
    [InlineData("")]
    [InlineData("10.0.0.1")]
    [InlineData("""{"IP":"10.0.0.1","ID":1000""")]
    [InlineData("""{"IP":"10.0.0.1","ID":1000}{}""")]
    [InlineData("""{"IP":"10.0.0.1","ID":1000,"Metadata":"\ud800"}""")]
    [InlineData("""{"IP":"10.0.0.1","ID":1000,"\ud800":1}""")]
    public void What_is_no_JSON_is_refused_in_words(string json) =>
        Assert.StartsWith("the value is no JSON: ", Assert.Throws<FormatException>(() => Read("10.0.0.1", json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Bytes_that_are_no_text_are_refused_in_words() => Assert.StartsWith(
        "the value is no JSON: ",
        Assert.Throws<FormatException>(() => IpJson.Read(IpPrefix.Parse("10.0.0.1"), (byte[])[.. """{"IP":"10.0.0.1","ID":1000,"Metadata":"""u8, .. "\""u8, 0xFF, .. "\"}"u8])).Message,
        StringComparison.Ordinal);

    [Fact]
    public void What_is_not_asked_for_may_be_anything_and_the_last_of_two_members_counts() => Assert.Equal(
        new StoredIpRow(IpPrefix.Parse("10.0.0.1"), new(1001), null, ""),
        Read("10.0.0.1", """{"New":{"IP":"10.0.0.9","ID":[{}]},"IP":"10.0.0.1","ID":1000,"More":[[]],"ID":1001,"Flag":true}"""));
}

using System.Text.Json;
using Cilium.Framework.Store;

namespace Cilium.Framework.Nodes;

/// <summary>A node as it is written in the store: Cilium 1.2's members in their order; of later releases' further ones none is lost (Cilium facts 5a, 5b).</summary>
internal static class NodeJson
{
    /// <summary>What a node calls itself there.</summary>
    private const string Local = "agent-local";

    private static readonly HashSet<string> Understood =
        new(StringComparer.Ordinal) { "Name", "Cluster", "IPAddresses", "IPv4AllocCIDR", "IPv6AllocCIDR", "IPv4HealthIP", "IPv6HealthIP", "ClusterID", "Source" };

    public static string Write(NodeRow node) => GoJson.Object(writer =>
    {
        writer.WriteString("Name", node.Key.Name);
        writer.WriteString("Cluster", node.Key.Cluster);
        WriteAddresses(writer, node);
        writer.WriteRange("IPv4AllocCIDR", node.IPv4PodCidr);
        writer.WriteRange("IPv6AllocCIDR", node.IPv6PodCidr);
        writer.WriteAddress("IPv4HealthIP", node.IPv4Health);
        writer.WriteAddress("IPv6HealthIP", node.IPv6Health);
        writer.WriteNumber("ClusterID", node.ClusterId);
        writer.WriteString("Source", Local);
        if (node.Further.Length == 0)
            return;
        using var further = JsonDocument.Parse(node.Further);
        foreach (var member in further.RootElement.EnumerateObject())
            member.WriteTo(writer);
    });

    /// <summary>Reads a node.</summary>
    /// <param name="key">Which one the store key says it is.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="FormatException">It is none; the text says which member.</exception>
    public static NodeRow Read(NodeKey key, ReadOnlyMemory<byte> value) => GoJson.Read(value, json =>
    {
        var further = json.EnumerateObject().Where(member => !Understood.Contains(member.Name)).ToList();
        return new NodeRow
        {
            Key = key,
            Addresses = ReadAddresses(json), IPv4PodCidr = json.Range("IPv4AllocCIDR"), IPv6PodCidr = json.Range("IPv6AllocCIDR"),
            IPv4Health = json.Address("IPv4HealthIP"), IPv6Health = json.Address("IPv6HealthIP"), ClusterId = json.Number("ClusterID"), Origin = NodeOrigin.Kvstore,
            Further = further.Count == 0 ? "" : GoJson.Object(writer => further.ForEach(member => member.WriteTo(writer))),
        };
    });

    private static void WriteAddresses(Utf8JsonWriter writer, NodeRow node)
    {
        if (node.Addresses.Count == 0)
        {
            writer.WriteNull("IPAddresses");
            return;
        }

        writer.WriteStartArray("IPAddresses");
        foreach (var address in node.Addresses)
        {
            writer.WriteStartObject();
            writer.WriteString("AddressType", address.Type);
            writer.WriteAddress("IP", address.Address);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static NodeAddress[] ReadAddresses(JsonElement json)
    {
        if (!json.TryGetProperty("IPAddresses", out var list) || list.ValueKind == JsonValueKind.Null)
            return [];
        if (list.ValueKind != JsonValueKind.Array || list.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.Object))
            throw GoJson.Refused("IPAddresses", list, "a list of objects");
        // 1.2 calls the member AddressType, later releases Type.
        return [.. list.EnumerateArray().Select(item => item.Address("IP") is { } address
            ? new NodeAddress(item.Text("AddressType") is { Length: > 0 } type ? type : item.Text("Type"), address)
            : throw GoJson.Refused("IPAddresses", item, "an address each"))];
    }
}

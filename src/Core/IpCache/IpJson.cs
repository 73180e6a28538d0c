using Cilium.Framework.Rows;
using Cilium.Framework.Store;

namespace Cilium.Framework.IpCache;

/// <summary>An address as it is written in the store: Cilium 1.2's members in their order (Cilium facts 9.5); those of later releases are ignored.</summary>
internal static class IpJson
{
    public static string Write(StoredIpRow row) => GoJson.Object(writer =>
    {
        writer.WriteAddress("IP", row.Prefix.Address);
        if (row.Prefix.IsHost)
            writer.WriteNull("Mask");
        else
            writer.WriteMask("Mask", row.Prefix);
        writer.WriteAddress("HostIP", row.Host);
        writer.WriteNumber("ID", row.Identity.Value);
        writer.WriteString("Metadata", row.Metadata);
    });

    /// <summary>Reads an address.</summary>
    /// <param name="key">The part of the store key after its folder.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="FormatException">It is none, or is about another address than its key; the text says which member.</exception>
    public static StoredIpRow Read(string key, ReadOnlyMemory<byte> value)
    {
        using var document = GoJson.Parse(value);
        var json = document.RootElement;
        var address = json.Address("IP") ?? throw new FormatException("IP is missing. Accepted: an IPv4 or IPv6 address.");
        var prefix = json.Masked("Mask", address);
        if (StoredIpRow.ReadKey(key) != prefix)
            throw new FormatException($"the value is about {prefix}, not about {key}.");
        var id = new NumericIdentity(json.Number("ID"));
        // What means something on one node only, or nothing, cannot come from another.
        if (id == NumericIdentity.Unknown || id == NumericIdentity.Host || id.Value >= NumericIdentity.NodeLocalScope)
            throw new FormatException($"ID: {id} means nothing on another node. Accepted: 2..{NumericIdentity.NodeLocalScope - 1}.");
        return new StoredIpRow(prefix, id, json.Address("HostIP"), json.Text("Metadata"));
    }
}

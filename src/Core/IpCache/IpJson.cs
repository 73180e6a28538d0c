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
    /// <param name="key">Which one the store key says it is.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="FormatException">It is none, or is about another address than its key; the text says which member.</exception>
    public static StoredIpRow Read(IpPrefix key, ReadOnlyMemory<byte> value)
    {
        try
        {
            return Read(key, new GoJsonReader(value));
        }
        catch (Exception exception) when (GoJson.IsBroken(exception))
        {
            throw GoJson.NoJson(exception);
        }
    }

    private static StoredIpRow Read(IpPrefix key, GoJsonReader json)
    {
        var (address, host, mask, id, metadata) = ((IpPrefix?)null, (IpPrefix?)null, "", NumericIdentity.Unknown, "");
        while (json.Next())
        {
            if (json.Is("IP"u8))
                address = json.Host("IP");
            else if (json.Is("Mask"u8))
                mask = json.Text("Mask");
            else if (json.Is("HostIP"u8))
                host = json.Host("HostIP");
            else if (json.Is("ID"u8))
                id = new(json.Number("ID"));
            else if (json.Is("Metadata"u8))
                metadata = json.Text("Metadata");
        }

        var prefix = GoJson.Masked("Mask", mask, address ?? throw new FormatException($"IP is missing. Accepted: {GoJson.AnAddress}."));
        if (prefix != key)
            throw new FormatException($"the value is about {prefix}, not about {key}.");
        // What means something on one node only, or nothing, cannot come from another.
        if (id == NumericIdentity.Unknown || id == NumericIdentity.Host || id.Value >= NumericIdentity.NodeLocalScope)
            throw new FormatException($"ID: {id} means nothing on another node. Accepted: 2..{NumericIdentity.NodeLocalScope - 1}.");
        return new StoredIpRow(prefix, id, host?.Address, metadata);
    }
}

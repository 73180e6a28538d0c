using Cilium.Framework.Datapath.Simulator.Packets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Tables;

/// <summary>A realised endpoint.</summary>
/// <param name="Row">What was asked for.</param>
/// <param name="ChangedAt">Number of the last change to its identity or policy.</param>
internal sealed record Endpoint(EndpointRow Row, uint ChangedAt)
{
    public ushort Id => Row.Id;

    public Address? IPv4 { get; } = Row.IPv4 is null ? null : Address.From(Row.IPv4);

    public Address? IPv6 { get; } = Row.IPv6 is null ? null : Address.From(Row.IPv6);

    public IEnumerable<Address> Addresses => new[] { IPv4, IPv6 }.OfType<Address>();

    public bool Has(Address address) => address == IPv4 || address == IPv6;

    /// <summary>True when connections of the one are those of the other: same device and addresses.</summary>
    public bool IsSamePlace(EndpointRow other) => Row with { Identity = other.Identity, Policy = other.Policy } == other;
}

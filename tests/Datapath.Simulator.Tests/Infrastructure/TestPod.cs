using System.Net;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Tests.Infrastructure;

/// <summary>An endpoint on paper.</summary>
internal sealed class TestPod
{
    public TestPod(ushort id, uint identity, string? ipv4, string? ipv6)
    {
        (Id, Identity) = (id, new(identity));
        (IPv4, IPv6) = (ipv4 is null ? null : IPAddress.Parse(ipv4), ipv6 is null ? null : IPAddress.Parse(ipv6));
        Row = new EndpointRow
        {
            Id = id,
            IfIndex = 100 + id,
            Device = $"lxc{id}",
            Mac = new(0x0a58_0000_0000ul + id),
            HostMac = new(0x0a58_ff00_0000ul + id),
            IPv4 = IPv4,
            IPv6 = IPv6,
            Identity = Identity,
            Policy = new PolicyId(Identity),
        };
    }

    public ushort Id { get; }

    public NumericIdentity Identity { get; }

    public IPAddress? IPv4 { get; }

    public IPAddress? IPv6 { get; }

    public EndpointRow Row { get; set; }
}

using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Suite;

/// <summary>Short words for policy entries.</summary>
internal static class Entries
{
    public const uint Cookie = 100;

    public static readonly PolicyEntry AllIn = new(PolicyKey.All(TrafficDirection.Ingress), RuleCookie.NotEnforced);

    public static readonly PolicyEntry AllOut = new(PolicyKey.All(TrafficDirection.Egress), RuleCookie.NotEnforced);

    public static PolicyEntry In(uint identity, IpProtocol protocol = IpProtocol.Any, ushort port = 0, uint cookie = Cookie) =>
        new(new(TrafficDirection.Ingress, new(identity), protocol, port), new(cookie));

    public static PolicyEntry Out(uint identity, IpProtocol protocol = IpProtocol.Any, ushort port = 0, uint cookie = Cookie) =>
        new(new(TrafficDirection.Egress, new(identity), protocol, port), new(cookie));
}

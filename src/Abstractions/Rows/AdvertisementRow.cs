namespace Cilium.Framework.Rows;

/// <summary>A prefix that other routers are to send to this node. Key: <see cref="Prefix"/>.</summary>
/// <param name="Prefix">The prefix.</param>
/// <param name="Reason">Why it is told, for an operator: <c>on request</c>, a service.</param>
public sealed record AdvertisementRow(IpPrefix Prefix, string Reason);

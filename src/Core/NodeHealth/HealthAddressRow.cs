using System.Net;

namespace Cilium.Framework.NodeHealth;

/// <summary>An address of this node's health endpoint. Key: <see cref="Address"/>.</summary>
/// <param name="Address">The address.</param>
public sealed record HealthAddressRow(IPAddress Address);

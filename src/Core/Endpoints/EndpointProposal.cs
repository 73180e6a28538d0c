using System.Net;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Endpoints;

/// <summary>An endpoint that somebody wants to add; everything is well-formed, nothing is checked against the others yet.</summary>
/// <param name="Id">Wanted number; 0: any.</param>
/// <param name="ContainerId">What the container runtime calls it; empty when nobody said.</param>
/// <param name="ContainerName">A name for people.</param>
/// <param name="Device">Host side of its device.</param>
/// <param name="IfIndex">Index of the host side.</param>
/// <param name="Mac">Address of the workload's side.</param>
/// <param name="HostMac">Address of the host side.</param>
/// <param name="IPv4">IPv4 address.</param>
/// <param name="IPv6">IPv6 address.</param>
/// <param name="Labels">All labels.</param>
public sealed record EndpointProposal(
    ushort Id, string ContainerId, string ContainerName, string Device, int IfIndex, MacAddress Mac, MacAddress HostMac, IPAddress? IPv4, IPAddress? IPv6, LabelSet Labels);

using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing;

/// <summary>This node, as a routing backend needs to know it to make its plan.</summary>
/// <param name="Name">Node name.</param>
/// <param name="PodCidrs">Ranges of its endpoints.</param>
/// <param name="Devices">Devices that can carry packets to other machines; none of the datapath's own.</param>
public sealed record NodeDescription(string Name, IReadOnlyList<IpPrefix> PodCidrs, IReadOnlyList<NodeDevice> Devices);

using Cilium.Framework.Identities;
using Cilium.Framework.Ipam;
using Cilium.Framework.Nodes;

namespace Cilium.Framework.Hosting;

/// <summary>This node, as it is known in the store.</summary>
/// <param name="Self">Its cluster and name.</param>
/// <param name="ClusterId">Number of the cluster, 0..255.</param>
/// <param name="UserName">Its name in the keys of its identity uses (<see cref="NodeKeyName"/>): its address, where it has one.</param>
/// <param name="Reserved">Numbers with a fixed meaning.</param>
/// <param name="LeaseTimeToLive">How long its keys outlive the agent.</param>
/// <param name="Pools">Where this node's ranges come from; empty: they are configured.</param>
public sealed record StoreSideOptions(NodeKey Self, byte ClusterId, string UserName, ReservedIdentities Reserved, TimeSpan LeaseTimeToLive, IReadOnlyList<IpamClusterPool> Pools);

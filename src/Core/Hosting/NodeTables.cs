using Cilium.Framework.Endpoints;
using Cilium.Framework.Identities;
using Cilium.Framework.IpCache;
using Cilium.Framework.Labels;
using Cilium.Framework.NodeHealth;
using Cilium.Framework.Nodes;
using Cilium.Framework.Policies;
using Cilium.Framework.Publications;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Hosting;

/// <summary>Every table of a node, in the order in which facts flow: intent, identities, desired.</summary>
/// <param name="time">The clock of the statuses.</param>
public sealed class NodeTables(TimeProvider time)
{
    /// <summary>What the agent was told about workloads.</summary>
    public Table<ushort, EndpointRequest> EndpointRequests { get; } = new("endpoint-requests", row => row.Id);

    /// <summary>The rules, as one value: a reader sees all of a revision or nothing of it.</summary>
    public Table<string, RulesRow> Rules { get; } = new("rules", _ => RulesRow.Key);

    /// <summary>Addresses of this node.</summary>
    public Table<IpPrefix, HostAddressRow> HostAddresses { get; } = new("host-addresses", row => row.Prefix);

    /// <summary>Ranges of this node's endpoints.</summary>
    public Table<IpPrefix, PodCidrRow> PodCidrs { get; } = new("pod-cidrs", row => row.Cidr);

    /// <summary>Nodes in the store.</summary>
    public Table<NodeKey, NodeRow> StoredNodes { get; } = new("kv-nodes", row => row.Key);

    /// <summary>Ranges that nodes have claimed in the store.</summary>
    public Table<IpPrefix, StoredPodCidrRow> StoredPodCidrs { get; } = new("kv-pod-cidrs", row => row.Cidr);

    /// <summary>Addresses in the store.</summary>
    public Table<IpPrefix, StoredIpRow> StoredIps { get; } = new("kv-ips", row => row.Prefix);

    /// <summary>Every node, this one included.</summary>
    public Table<NodeKey, NodeRow> Nodes { get; } = new("nodes", row => row.Key);

    /// <summary>Ranges of all nodes' endpoints, none of which overlaps another.</summary>
    public Table<IpPrefix, NodeRangeRow> NodeRanges { get; } = new("node-ranges", row => row.Cidr);

    /// <summary>How packets leave this node; one row, once it is known.</summary>
    public Table<string, DevicePlan> Plans { get; } = new("plan", _ => DevicePlan.Key);

    /// <summary>Addresses of this node's health endpoint.</summary>
    public Table<System.Net.IPAddress, HealthAddressRow> HealthAddresses { get; } = new("health-addresses", row => row.Address);

    /// <summary>What is known of each path to each node.</summary>
    public Table<HealthPath, NodeHealthRow> NodeHealth { get; } = new("node-health", row => row.Path);

    /// <summary>Numbers in the store.</summary>
    public Table<NumericIdentity, StoredIdentityRow> StoredIdentities { get; } = new("kv-identities", row => row.Id);

    /// <summary>Label sets that this node needs a number for.</summary>
    public Table<LabelSet, IdentityClaimRow> IdentityClaims { get; } = new("identity-claims", row => row.Labels);

    /// <summary>Prefixes that rules name.</summary>
    public Table<IpPrefix, CidrIdentityRow> CidrIdentities { get; } = new("cidr-identities", row => row.Prefix);

    /// <summary>Every identity that a policy can select.</summary>
    public Table<NumericIdentity, IdentityRow> Identities { get; } = new("identities", row => row.Id);

    /// <summary>Revision of the rules that each realised policy reflects.</summary>
    public Table<PolicyId, PolicyRevisionRow> PolicyRevisions { get; } = new("policy-revisions", row => row.Policy);

    /// <summary>Policies to be realised.</summary>
    public DesiredTable<PolicyId, PolicyRow> Policies { get; } = new(TableNames.Policies, row => row.Id, time);

    /// <summary>Addresses and identities to be realised.</summary>
    public DesiredTable<IpPrefix, IpCacheRow> IpCache { get; } = new("ipcache", row => row.Prefix, time);

    /// <summary>Endpoints to be realised.</summary>
    public DesiredTable<ushort, EndpointRow> Endpoints { get; } = new("endpoints", row => row.Id, time);

    /// <summary>Devices to attach to.</summary>
    public DesiredTable<string, DeviceRow> Devices { get; } = new("devices", row => row.Name, time);

    /// <summary>Prefixes that other routers are to send to this node.</summary>
    public DesiredTable<IpPrefix, AdvertisementRow> Advertisements { get; } = new("advertisements", row => row.Prefix, time);

    /// <summary>What this node tells others through the store.</summary>
    public DesiredTable<string, PublicationRow> Publications { get; } = new("publications", row => row.Key, time);

    /// <summary>Routes to pod ranges.</summary>
    public DesiredTable<IpPrefix, NodeRouteRow> NodeRoutes { get; } = new("node-routes", row => row.PodCidr, time);
}

using System.Globalization;
using System.Net;
using Cilium.Framework.Agent.Api;
using Cilium.Framework.Agent.Endpoints;
using Cilium.Framework.Agent.Exchange;
using Cilium.Framework.Agent.Ledger;
using Cilium.Framework.Agent.Mtu;
using Cilium.Framework.Agent.NodeHealth;
using Cilium.Framework.Agent.Policies;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Configuration;
using Cilium.Framework.Health;
using Cilium.Framework.Nodes;
using Cilium.Framework.Plugins;
using Cilium.Framework.Policies.Rules;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Agent.Hosting;

/// <summary>What the API answers from, taken from a running node.</summary>
internal static class ApiComposition
{
    public static ApiServices Create(LiveConfiguration live, PluginSet plugins, NodeRuntime node, HealthTree health, TimeProvider time, CancellationToken stopping)
    {
        var options = live.Current.Options;
        var requests = new EndpointRequests(node.Devices, options.IPv4, options.IPv6);
        return new ApiServices
        {
            Endpoints = new EndpointService(node.Registry, requests, new EndpointLeases(node.Ipam, address => DeviceOf(node, address)), node.Projection, node.Tables.Endpoints, node.Tables.Identities, time),
            Identities = node.Tables.Identities,
            Ipam = node.Ipam,
            Policies = new PolicyService(node.Rules),
            Kvstore = new SharedKeys(plugins.Kvstore, options.Providers["kvstore"], time),
            Events = node.Events,
            Tables = Catalog(node),
            Time = time,
            Status = new StatusReport(live, plugins, node, health, time).CreateAsync,
            Health = () => NodeHealthReport.Of(options.Health, new NodeKey(options.ClusterName, options.NodeName), node.Tables.Nodes.Snapshot, node.Tables.NodeHealth.Snapshot),
            Configuration = () => new DaemonConfiguration
            {
                NodeName = options.NodeName, PolicyEnforcement = live.Current.Options.PolicyEnforcement.ToString().ToLowerInvariant(),
                DeviceMtu = node.Plan?.DeviceMtu ?? 0, RouteMtu = node.Plan?.RouteMtu ?? 0, Addressing = node.Ipam.HostAddressing(),
            },
            RouteLedger = new LedgerReport(node.Devices, node.Tables, options.RouteProtocol).Create,
            Mtu = new MtuAnswer(node.Devices, () => node.Plan, node.Tables).Create,
            RouteExchange = new RouteExchangeService(plugins.Routing.Exchange, options.Providers["routing"], node.Advertisements, node.Tables, new NodeKey(options.ClusterName, options.NodeName), time),
            Plugins = [.. plugins.Descriptions.Select(plugin => new PluginInfo
            {
                Id = plugin.Id, Version = plugin.Version, ApiVersion = plugin.ApiVersion, Path = plugin.Path, State = plugin.State.ToString(), Provides = plugin.Provides,
            })],
            ConfigurationValues = new LiveList<ConfigurationValue>(
                () => [.. live.Current.Settings.Select(setting => new ConfigurationValue { Key = SettingPath.Shown(setting.Path), Value = setting.Shown, Origin = setting.Origin })]),
            Stopping = stopping,
        };
    }

    private static TableCatalog Catalog(NodeRuntime node)
    {
        var t = node.Tables;
        return new TableCatalog()
            .Add(t.EndpointRequests, ["Id", "Container", "Device", "IPv4", "IPv6", "Labels"], row => [row.Id, row.ContainerId, row.Device, row.IPv4, row.IPv6, row.Labels])
            .Add(t.HostAddresses, ["Prefix", "Device"], row => [row.Prefix, row.Device])
            .Add(t.PodCidrs, ["Cidr", "Origin"], row => [row.Cidr, row.Origin])
            .Add(t.StoredPodCidrs, ["Cidr", "Node"], row => [row.Cidr, row.Node])
            .Add(t.StoredNodes, ["Node", "IPv4Cidr", "IPv6Cidr"], row => [row.Key, row.IPv4PodCidr, row.IPv6PodCidr])
            .Add(t.StoredIps, ["Prefix", "Identity", "Host", "Metadata"], row => [row.Prefix, row.Identity, row.Host, row.Metadata])
            .Add(t.Nodes, ["Node", "Addresses", "IPv4Cidr", "IPv6Cidr", "Origin"], row => [row.Key, string.Join(' ', row.Addresses.Select(address => address.Address)), row.IPv4PodCidr, row.IPv6PodCidr, row.Origin])
            .Add(t.NodeRanges, ["Cidr", "Node", "IPv4", "IPv6"], row => [row.Cidr, row.Node, row.IPv4, row.IPv6])
            .Add(t.Plans, ["Encapsulation", "Underlay", "DeviceMtu", "RouteMtu", "Devices"], row => [row.Routing.Encapsulation, row.Underlay, row.DeviceMtu, row.RouteMtu, string.Join(' ', row.Routing.Devices.Select(device => device.Name))])
            .Add(t.NodeHealth, ["Node", "Path", "Address", "State", "Latency", "Since", "Error"], row => [row.Path.Node, row.Path, row.Address, row.State, row.Latency, row.Since.UtcDateTime.ToString("s", CultureInfo.InvariantCulture), row.Error])
            .Add(t.HealthAddresses, ["Address"], row => [row.Address])
            .Add(t.Publications, ["Key", "Value"], row => [row.Key, row.Value])
            .Add(t.StoredIdentities, ["Id", "Labels", "Revision"], row => [row.Id, row.Labels, row.Revision])
            .Add(t.IdentityClaims, ["Labels", "Id", "Error"], row => [row.Labels, row.Id, row.Error])
            .Add(t.CidrIdentities, ["Prefix", "Id", "Wanted"], row => [row.Prefix, row.Id, row.IsWanted])
            .Add(t.Identities, ["Id", "Labels"], row => [row.Id, row.Labels])
            .Add(t.PolicyRevisions, ["Policy", "Revision"], row => [row.Policy, row.Revision])
            .Add(t.Policies, ["Policy", "Entries"], row => [row.Id, row.Entries.Count])
            .Add(t.IpCache, ["Prefix", "Identity", "Node", "Origin"], row => [row.Prefix, row.Identity, row.TunnelEndpoint, row.Origin])
            .Add(t.Endpoints, ["Id", "Device", "Identity", "Policy"], row => [row.Id, row.Device, row.Identity, row.Policy?.ToString() ?? "drop"])
            .Add(t.Devices, ["Name", "Role", "Mtu"], row => [row.Name, row.Role, row.Mtu])
            .Add(t.Advertisements, ["Prefix", "Reason"], row => [row.Prefix, row.Reason])
            .Add(t.NodeRoutes, ["PodCidr", "Node", "NextHop", "Device", "Mtu"], row => [row.PodCidr, row.Node, row.NextHop, row.Device, row.Mtu])
            .Add("rules", ["Rule", "Labels", "Ingress", "Egress"], () => node.Rules.Current.Rules.Select(rule => (object?[])[rule.Origin, rule.Labels, Sections(rule.Ingress), Sections(rule.Egress)]))
            .Add("ipam", ["Address", "Owner", "Endpoint"], () => node.Ipam.List().Select(lease => (object?[])[lease.Address, lease.Owner, EndpointOf(node, lease.Address)?.ToString(CultureInfo.InvariantCulture) ?? "-"]));
    }

    private static string Sections(IReadOnlyCollection<RuleSection>? sections) => sections?.Count.ToString(CultureInfo.InvariantCulture) ?? "-";

    private static string? DeviceOf(NodeRuntime node, IPAddress address) => node.Tables.HostAddresses.FirstOrDefault(row => row.Prefix == IpPrefix.Host(address))?.Device;

    private static ushort? EndpointOf(NodeRuntime node, IPAddress address) => node.Tables.EndpointRequests.FirstOrDefault(request => request.Addresses.Contains(address))?.Id;
}

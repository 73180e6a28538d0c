using System.Globalization;
using System.Reflection;
using Cilium.Framework.Agent.NodeHealth;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Configuration;
using Cilium.Framework.Endpoints;
using Cilium.Framework.Health;
using Cilium.Framework.Ipam;
using Cilium.Framework.Nodes;
using Cilium.Framework.Plugins;

namespace Cilium.Framework.Agent.Hosting;

/// <summary>Answers <c>GET /healthz</c>.</summary>
internal sealed class StatusReport(LiveConfiguration live, PluginSet plugins, NodeRuntime node, HealthTree health, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();

    public async Task<StatusResponse> CreateAsync(CancellationToken ct)
    {
        var options = live.Current.Options;
        var store = await plugins.Kvstore.GetStatusAsync(ct);
        var pending = PendingSources().ToList();
        var reports = health.Snapshot();
        var degraded = reports.Where(report => report.Level == HealthLevel.Degraded).ToList();
        return new StatusResponse
        {
            Cilium = Overall(pending, degraded.Count),
            Kvstore = new Status { State = store.IsReachable ? "Ok" : "Failure", Msg = store.Message },
            Datapath = new Status { State = degraded.Any(report => IsDatapath(report.Path)) ? "Warning" : "Ok", Msg = options.Providers["datapath"] },
            Version = typeof(StatusReport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "",
            NodeName = options.NodeName, Profile = options.Profile ?? "none", Uptime = Text(time.GetElapsedTime(_started)),
            Endpoints = node.Projection.All().CountBy(view => view.State.Text()).ToDictionary(),
            PolicyRevision = (long)node.Rules.Current.Revision,
            Identities = node.Tables.Identities.Count,
            Ipam = [.. node.Ipam.LocalPools().Select(Words)],
            Warnings = [.. node.Warnings, .. live.Warnings],
            Health = [.. reports.Select(report => new HealthEntry { Path = report.Path, Level = report.Level.ToString(), Message = report.Message })],
            Cluster = ClusterReport.Of(new NodeKey(options.ClusterName, options.NodeName), node.Tables.Nodes.Snapshot) with
            {
                CiliumHealth = NodeHealthReport.Summary(options.Health, node.Tables.Nodes.Snapshot, node.Tables.NodeHealth.Snapshot),
            },
        };
    }

    /// <summary>How full a pool is; of one that cannot be filled, only what is used.</summary>
    private static string Words(IpamPool pool) => pool.Capacity > uint.MaxValue
        ? string.Create(CultureInfo.InvariantCulture, $"{pool.Used} allocated from {pool.Cidr}")
        : string.Create(CultureInfo.InvariantCulture, $"{pool.Used}/{pool.Capacity} allocated from {pool.Cidr}");

    /// <summary>What is written to the store is no part of it.</summary>
    private bool IsDatapath(string path) => path.StartsWith("reconcilers", StringComparison.Ordinal) && !path.EndsWith("." + node.Tables.Publications.Name, StringComparison.Ordinal);

    private static Status Overall(List<string> pending, int degraded)
    {
        if (pending.Count > 0)
            return new Status { State = "Warning", Msg = "starting; waiting for " + string.Join(", ", pending) };
        return degraded > 0 ? new Status { State = "Warning", Msg = $"{degraded} parts are degraded" } : new Status { State = "Ok", Msg = "" };
    }

    private IEnumerable<string> PendingSources() => ((Tables.IReadTable[])[node.Tables.Devices.Rows, node.Tables.Policies.Rows, node.Tables.IpCache.Rows, node.Tables.Endpoints.Rows])
        .SelectMany(table => table.PendingSources.Select(source => $"{source} of {table.Name}"));

    private static string Text(TimeSpan span) => span.TotalDays >= 1 ? span.ToString(@"d\.hh\:mm\:ss", CultureInfo.InvariantCulture) : span.ToString(@"hh\:mm\:ss", CultureInfo.InvariantCulture);
}

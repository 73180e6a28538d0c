using System.Diagnostics.Metrics;
using Cilium.Framework.Health;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Plugins;

internal sealed record PluginContext : IPluginContext
{
    public required string NodeName { get; init; }

    public required string ClusterName { get; init; }

    public required byte ClusterId { get; init; }

    public required bool IPv4 { get; init; }

    public required bool IPv6 { get; init; }

    public required byte RouteProtocol { get; init; }

    public required string StateDirectory { get; init; }

    public required string RunDirectory { get; init; }

    public required string PluginDirectory { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILoggerFactory Loggers { get; init; }

    public required Meter Meter { get; init; }

    public required IHealthReporter Health { get; init; }
}

using System.Diagnostics.Metrics;
using Cilium.Framework.Health;
using Cilium.Framework.Plugins;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cilium.Framework.Routing.KubeRouter.Tests.Nodes;

/// <summary>A node whose health is its last report.</summary>
internal sealed class FakeContext : IPluginContext, IHealthReporter
{
    /// <summary>Another number than the default: nothing may rely on that.</summary>
    public const byte Protocol = 171;

    private volatile string _health = "";

    public string NodeName => "node1";

    public string ClusterName => "default";

    public byte ClusterId => 0;

    public bool IPv4 => true;

    public bool IPv6 => true;

    public byte RouteProtocol => Protocol;

    public string StateDirectory => AppContext.BaseDirectory;

    public string RunDirectory => AppContext.BaseDirectory;

    public string PluginDirectory => AppContext.BaseDirectory;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILoggerFactory Loggers => NullLoggerFactory.Instance;

    public Meter Meter { get; } = new("test");

    IHealthReporter IPluginContext.Health => this;

    /// <summary>The level and the words of the last report; empty: there was none.</summary>
    public string Health => _health;

    public IHealthReporter Scope(string name) => this;

    public void Ok(string message) => _health = $"ok: {message}";

    public void Degraded(string message, Exception? error = null) => _health = error is null ? $"degraded: {message}" : $"degraded: {message}: {error.Message}";

    public void Stopped(string message) => _health = $"stopped: {message}";
}

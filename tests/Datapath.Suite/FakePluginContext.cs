using System.Diagnostics.Metrics;
using Cilium.Framework.Health;
using Cilium.Framework.Plugins;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cilium.Framework.Datapath.Suite;

internal sealed class FakePluginContext(string folder) : IPluginContext, IHealthReporter
{
    public string NodeName => "node1";

    public string ClusterName => "default";

    public byte ClusterId => 0;

    public byte RouteProtocol => 161;

    public bool IPv4 { get; init; } = true;

    public bool IPv6 { get; init; } = true;

    public string StateDirectory => folder;

    public string RunDirectory => folder;

    public string PluginDirectory { get; init; } = AppContext.BaseDirectory;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILoggerFactory Loggers => NullLoggerFactory.Instance;

    public Meter Meter { get; } = new("test");

    public IHealthReporter Health => this;

    public IHealthReporter Scope(string name) => this;

    public void Ok(string message)
    {
    }

    public void Degraded(string message, Exception? error = null)
    {
    }

    public void Stopped(string message)
    {
    }
}

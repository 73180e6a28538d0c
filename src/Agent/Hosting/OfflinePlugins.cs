using System.Diagnostics.Metrics;
using Cilium.Framework.Configuration;
using Cilium.Framework.Health;
using Cilium.Framework.Plugins;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cilium.Framework.Agent.Hosting;

/// <summary>The selected plugins, loaded by a verb that works without a running agent.</summary>
internal sealed class OfflinePlugins : IAsyncDisposable
{
    private readonly Meter _meter = new("cilium-agent-offline");

    private OfflinePlugins()
    {
    }

    public PluginSet Set { get; private set; } = null!;

    /// <exception cref="Errors.ConfigurationException">A plugin cannot be loaded.</exception>
    public static async Task<OfflinePlugins> LoadAsync(LoadedConfiguration configuration)
    {
        var offline = new OfflinePlugins();
        offline.Set = await new PluginHost(configuration, TimeProvider.System, NullLoggerFactory.Instance, offline._meter, new HealthTree(TimeProvider.System)).LoadAsync();
        return offline;
    }

    public async ValueTask DisposeAsync()
    {
        await Set.DisposeAsync();
        _meter.Dispose();
    }
}

using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Plugins;

/// <summary>Puts the plugin's id in front of its categories. The host's factory is shared and outlives it.</summary>
internal sealed class PluginLoggerFactory(string id, ILoggerFactory host) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => host.CreateLogger($"{id}:{categoryName}");

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException($"plugin {id} cannot add log providers: logging belongs to the host.");

    public void Dispose()
    {
    }
}

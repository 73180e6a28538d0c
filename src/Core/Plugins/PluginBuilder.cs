using Cilium.Framework.Datapath;
using Cilium.Framework.Ipam;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Plugins;

/// <summary>Takes down what one plugin registers.</summary>
internal sealed class PluginBuilder : IPluginBuilder
{
    private readonly Dictionary<(string Kind, string Name), Func<IServiceProvider, object>> _factories = [];
    private readonly List<string> _settings = [];

    public PluginBuilder(IPluginContext context, IConfigurationSection configuration)
    {
        (Context, Configuration) = (context, configuration);
        Services = new ServiceCollection()
            .AddSingleton(context)
            .AddSingleton(context.Time)
            .AddSingleton(context.Loggers)
            .AddSingleton(typeof(ILogger<>), typeof(Logger<>));
    }

    public IPluginContext Context { get; }

    public IConfigurationSection Configuration { get; }

    public IServiceCollection Services { get; }

    /// <summary>What it provides, such as <c>kvstore embedded</c>.</summary>
    public IReadOnlyList<string> Provides => [.. _factories.Keys.Select(key => $"{key.Kind} {key.Name}").Order(StringComparer.Ordinal)];

    public IReadOnlyList<string> Settings => _settings;

    public Func<IServiceProvider, object>? Find(string kind, string name) => _factories.GetValueOrDefault((kind, name));

    public IPluginBuilder AddSettings(params ReadOnlySpan<string> keys)
    {
        _settings.AddRange(keys);
        return this;
    }

    public IPluginBuilder AddKvstore(string name, Func<IServiceProvider, IKvstore> factory) => Add("kvstore", name, factory);

    public IPluginBuilder AddRouting(string name, Func<IServiceProvider, IRoutingBackend> factory) => Add("routing", name, factory);

    public IPluginBuilder AddIpam(string name, Func<IServiceProvider, IIpam> factory) => Add("ipam", name, factory);

    public IPluginBuilder AddDatapath(string name, Func<IServiceProvider, IDatapath> factory) => Add("datapath", name, factory);

    private PluginBuilder Add(string kind, string name, Func<IServiceProvider, object> factory)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(factory);
        if (!_factories.TryAdd((kind, name), factory))
            throw new InvalidOperationException($"{kind} {name} is registered twice.");
        return this;
    }
}

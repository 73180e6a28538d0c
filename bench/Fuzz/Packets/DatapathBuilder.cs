using Cilium.Framework.Datapath;
using Cilium.Framework.Datapath.Suite;
using Cilium.Framework.Ipam;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Plugins;
using Cilium.Framework.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Cilium.Framework.Fuzz.Packets;

/// <summary>Takes the one datapath that a plugin offers, with its default settings.</summary>
internal sealed class DatapathBuilder(IPluginContext context) : IPluginBuilder
{
    private Func<IServiceProvider, IDatapath>? _factory;

    public IPluginContext Context => context;

    public IConfigurationSection Configuration { get; } = new FakeSection("datapath", new Dictionary<string, string?>());

    public IServiceCollection Services => throw new NotSupportedException();

    /// <summary>These plugins ask their container for nothing.</summary>
    public IDatapath Create() => _factory!(null!);

    public IPluginBuilder AddSettings(params ReadOnlySpan<string> keys) => this;

    public IPluginBuilder AddKvstore(string name, Func<IServiceProvider, IKvstore> factory) => throw new NotSupportedException();

    public IPluginBuilder AddRouting(string name, Func<IServiceProvider, IRoutingBackend> factory) => throw new NotSupportedException();

    public IPluginBuilder AddIpam(string name, Func<IServiceProvider, IIpam> factory) => throw new NotSupportedException();

    public IPluginBuilder AddDatapath(string name, Func<IServiceProvider, IDatapath> factory)
    {
        _factory = factory;
        return this;
    }
}

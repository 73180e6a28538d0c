using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.Loader;
using Cilium.Framework.Configuration;
using Cilium.Framework.Datapath;
using Cilium.Framework.Errors;
using Cilium.Framework.Health;
using Cilium.Framework.Ipam;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Routing;
using McMaster.NETCore.Plugins;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Plugins;

/// <summary>Loads the plugins that the configuration selects; the rules are in the architecture, "Plugin host".</summary>
public sealed class PluginHost(LoadedConfiguration configuration, TimeProvider time, ILoggerFactory loggers, Meter meter, IHealthReporter health)
{
    private readonly List<ConfigurationProblem> _problems = [.. configuration.Problems];

    private AgentOptions Options => configuration.Options;

    /// <summary>Loads the selected plugins. State and run directory must exist when a plugin uses them; nothing is started.</summary>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="ConfigurationException">Every problem of the configuration and of all plugins. Nothing stays loaded that does anything.</exception>
    public async Task<PluginSet> LoadAsync(CancellationToken ct = default)
    {
        var (catalog, plugins) = await LoadAsync(CoreSettings.PluginKinds, ct);
        var (kvstore, ipam) = (await CreateAsync<IKvstore>(plugins, "kvstore", ct), await CreateAsync<IIpam>(plugins, "ipam", ct));
        var (routing, datapath) = (await CreateAsync<IRoutingBackend>(plugins, "routing", ct), await CreateAsync<IDatapath>(plugins, "datapath", ct));
        var pools = ipam is null ? null : await PoolsAsync(plugins["ipam"], ipam, ct);
        if (pools is { Count: > 0 })
            RefuseRanges();
        if (_problems.Count == 0 && kvstore is not null && ipam is not null && pools is not null && routing is not null && datapath is not null)
        {
            return new(plugins, Options.PluginStartTimeout, time)
            {
                Kvstore = kvstore, Ipam = ipam, ClusterPools = pools, Routing = routing, Datapath = datapath, Descriptions = Describe(catalog, plugins.Values),
            };
        }

        throw await RefuseAsync(plugins, datapath, routing, kvstore);
    }

    /// <summary>Loads the selected store and no other plugin; it is not started.</summary>
    /// <param name="consequence">What it means that it cannot be started, for texts.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="ConfigurationException">Every problem of the configuration and of the store's plugin. Nothing stays loaded that does anything.</exception>
    public async Task<LoadedPlugins> LoadStoreAsync(string consequence, CancellationToken ct = default)
    {
        var (catalog, plugins) = await LoadAsync(["kvstore"], ct);
        var kvstore = await CreateAsync<IKvstore>(plugins, "kvstore", ct);
        if (_problems.Count == 0 && kvstore is not null)
            return new(plugins, consequence, Options.PluginStartTimeout, time) { Kvstore = kvstore, Descriptions = Describe(catalog, plugins.Values) };
        throw await RefuseAsync(plugins, kvstore);
    }

    /// <summary>True when the files of every selected plugin are there and fit. Runs nothing of them; <see cref="LoadAsync(CancellationToken)"/> tells what is wrong.</summary>
    /// <param name="configuration">Valid settings.</param>
    public static bool HasFitting(LoadedConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var problems = new List<ConfigurationProblem>();
        var catalog = PluginCatalog.Read(configuration.Options.PluginsDirectory, configuration.Options.PluginsDevelopment, problems);
        return problems.Count == 0 && configuration.Options.Providers.All(selected =>
            catalog.Find($"{selected.Key}.{selected.Value}") is { } plugin && !PluginIntegrity.Check(plugin, configuration.Options).Any() && !PluginPreflight.Check(plugin).Any());
    }

    /// <returns>What is installed, and the selected plugins that could be loaded, by kind.</returns>
    private async Task<(PluginCatalog Catalog, Dictionary<string, LoadedPlugin> Plugins)> LoadAsync(IEnumerable<string> kinds, CancellationToken ct)
    {
        var catalog = PluginCatalog.Read(Options.PluginsDirectory, Options.PluginsDevelopment, _problems);
        var plugins = new Dictionary<string, LoadedPlugin>();
        foreach (var kind in kinds)
        {
            if (await LoadAsync(catalog, kind, ct) is { } plugin)
                plugins[kind] = plugin;
        }

        RefuseSectionsOfNobody(catalog);
        return (catalog, plugins);
    }

    private async Task<TService?> CreateAsync<TService>(Dictionary<string, LoadedPlugin> plugins, string kind, CancellationToken ct)
        where TService : class =>
        plugins.TryGetValue(kind, out var plugin) ? await InTimeAsync(plugin.Installed, kind, "create", problems => plugin.Create<TService>(kind, Options.Providers[kind], problems), ct) : null;

    /// <summary>Created is not started; what a backend holds already is given back all the same.</summary>
    private async Task<ConfigurationException> RefuseAsync(Dictionary<string, LoadedPlugin> plugins, params IEnumerable<object?> made)
    {
        foreach (var held in made.Concat(plugins.Values.Reverse()).OfType<IAsyncDisposable>())
            await PluginCall.EndAsync(held, time);
        return new(_problems);
    }

    private async Task<LoadedPlugin?> LoadAsync(PluginCatalog catalog, string kind, CancellationToken ct)
    {
        var name = Options.Providers[kind];
        var path = $"{kind}:provider";
        // A name that the configuration reader refused has been reported.
        if (name.Length == 0)
            return null;
        if (catalog.Find($"{kind}.{name}") is not { } plugin)
        {
            var names = catalog.NamesOf(kind);
            var nearest = NearestKey.Of(name, names, NearestKey.Sensible(name)) is { } near ? $" Nearest: {near}." : "";
            _problems.Add(new(path, $"\"{name}\" is not installed ({OriginOf(path)}). Installed in {catalog.Directory}: {string.Join(", ", names.DefaultIfEmpty("none"))}.{nearest}"));
            return null;
        }

        var refusals = PluginIntegrity.Check(plugin, Options).ToList();
        if (refusals.Count == 0)
            refusals.AddRange(PluginPreflight.Check(plugin));
        _problems.AddRange(refusals.Select(refusal => refusal.Of(plugin, path)));
        return refusals.Count == 0 ? await InTimeAsync(plugin, kind, "configure", problems => Configure(plugin, kind, problems), ct) : null;
    }

    private Task<IReadOnlyList<IpamClusterPool>?> PoolsAsync(LoadedPlugin plugin, IIpam ipam, CancellationToken ct) =>
        InTimeAsync(plugin.Installed, "ipam", "tell the pools of the cluster", problems => plugin.Ask("ipam", "could not tell the pools of the cluster", problems, () => PoolsOf(ipam)), ct);

    private static IReadOnlyList<IpamClusterPool> PoolsOf(IIpam ipam)
    {
        IReadOnlyList<IpamClusterPool> pools = [.. ipam.ClusterPools ?? throw new InvalidOperationException("ClusterPools is null; without pools it is empty.")];
        return pools.FirstOrDefault(pool => pool.NodePrefixLength < pool.Cidr.Length || pool.NodePrefixLength > (pool.Cidr.IsIPv6 ? 128 : 32)) is { } wrong
            ? throw new InvalidOperationException($"a node's range cannot have the prefix length {wrong.NodePrefixLength} in {wrong.Cidr}.")
            : pools;
    }

    /// <summary>A range is configured or claimed.</summary>
    private void RefuseRanges()
    {
        foreach (var (path, range) in ((string, Rows.IpPrefix?)[])[("ipv4:pod-cidr", Options.IPv4PodCidr), ("ipv6:pod-cidr", Options.IPv6PodCidr)])
        {
            if (range is not null)
                _problems.Add(new(path, $"{range} ({OriginOf(path)}) has no use: ipam.provider {Options.Providers["ipam"]} claims this node's range out of the pools of the cluster. Leave it out, or choose ipam.provider host-scope."));
        }
    }

    /// <summary>Runs the plugin's code where it may hang without holding up the host.</summary>
    private async Task<TResult?> InTimeAsync<TResult>(InstalledPlugin plugin, string kind, string doing, Func<List<ConfigurationProblem>, TResult?> run, CancellationToken ct)
        where TResult : class
    {
        try
        {
            // A list of its own: what comes after the time is up concerns nobody any more.
            var found = new List<ConfigurationProblem>();
            var result = await Task.Run(() => run(found), CancellationToken.None).WaitAsync(Options.PluginStartTimeout, time, ct);
            _problems.AddRange(found);
            return result;
        }
        catch (TimeoutException)
        {
            _problems.Add(PluginCall.Hangs(doing, Options.PluginStartTimeout, kind).Of(plugin, $"{kind}:provider"));
            return null;
        }
    }

    private LoadedPlugin? Configure(InstalledPlugin plugin, string kind, List<ConfigurationProblem> problems)
    {
        var (path, doing) = ($"{kind}:provider", "could not be loaded");
        try
        {
            var type = Load(plugin);
            doing = "could not be made";
            var instance = Activator.CreateInstance(type) as IPlugin ?? throw new InvalidOperationException($"{type} does not implement {nameof(IPlugin)} of the host.");
            doing = "could not be configured";
            var builder = new PluginBuilder(ContextOf(plugin), configuration.Root.GetSection(plugin.Manifest.Id.Replace('.', ':')));
            instance.Configure(builder);
            var loaded = new LoadedPlugin(plugin, builder, AssemblyLoadContext.GetLoadContext(type.Assembly));
            problems.AddRange(loaded.UnknownSettings(configuration.Settings));
            return loaded;
        }
        catch (ConfigurationException error)
        {
            problems.AddRange(error.Problems);
        }
        catch (Exception error)
        {
            problems.Add(new PluginRefusal("CF1208", $"{doing}. {PluginFailure.Text(error, kind)}").Of(plugin, path));
        }

        return null;
    }

    private static Type Load(InstalledPlugin plugin)
    {
        var loader = PluginLoader.CreateFromAssemblyFile(plugin.AssemblyPath, SharedAssemblies.Types, config =>
        {
            config.IsUnloadable = false;
            config.PreferSharedTypes = false;
        });
        return loader.LoadDefaultAssembly().GetCustomAttribute<CiliumPluginAttribute>()!.Type;
    }

    private PluginContext ContextOf(InstalledPlugin plugin) => new()
    {
        NodeName = Options.NodeName,
        ClusterName = Options.ClusterName,
        ClusterId = Options.ClusterId,
        IPv4 = Options.IPv4,
        IPv6 = Options.IPv6,
        RouteProtocol = Options.RouteProtocol,
        StateDirectory = Options.StateDirectory,
        RunDirectory = Options.RunDirectory,
        PluginDirectory = plugin.Folder,
        Time = time,
        Loggers = new PluginLoggerFactory(plugin.Manifest.Id, loggers),
        Meter = meter,
        Health = health.Scope(plugin.Manifest.Id),
    };

    // Settings of an installed plugin that is not selected are its own affair: switching providers leaves them in place.
    private void RefuseSectionsOfNobody(PluginCatalog catalog)
    {
        var settings = configuration.Settings.Where(setting => CoreSettings.IsPluginSetting(setting.Path));
        foreach (var section in settings.GroupBy(setting => string.Join('.', setting.Path.Split(':').Take(2))).Where(section => catalog.Find(section.Key) is null))
        {
            var ids = catalog.Plugins.Select(plugin => plugin.Manifest.Id).ToArray();
            var installed = ids.Length == 0 ? "none" : string.Join(", ", ids);
            var nearest = NearestKey.Of(section.Key, ids, NearestKey.Sensible(section.Key)) is { } near ? $"Nearest known section: {near}." : $"Installed: {installed}.";
            _problems.Add(new(section.First().Path, $"belongs to no installed plugin ({section.First().Origin}). {nearest}"));
        }
    }

    private IReadOnlyList<PluginDescription> Describe(PluginCatalog catalog, IReadOnlyCollection<LoadedPlugin> loaded) =>
    [
        .. from plugin in catalog.Plugins
           let instance = loaded.FirstOrDefault(candidate => candidate.Installed == plugin)
           orderby plugin.Manifest.Id
           select new PluginDescription(
               plugin.Manifest.Id,
               plugin.Manifest.Version,
               plugin.Manifest.ApiVersion,
               plugin.Folder,
               instance is null ? PluginState.Installed : PluginState.Loaded,
               instance?.Builder.Provides ?? [],
               (instance is null ? null : PluginIntegrity.Relaxed(plugin, Options)) ?? "")
    ];

    private string OriginOf(string path) => configuration.Settings.FirstOrDefault(setting => setting.Path == path)?.Origin ?? Setting.DefaultLayer;
}

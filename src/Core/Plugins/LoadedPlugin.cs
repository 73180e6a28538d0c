using System.Runtime.Loader;
using Cilium.Framework.Configuration;
using Cilium.Framework.Errors;
using Microsoft.Extensions.DependencyInjection;

namespace Cilium.Framework.Plugins;

/// <summary>A plugin that has registered what it provides.</summary>
/// <param name="installed">Where it lies.</param>
/// <param name="builder">What it has registered.</param>
/// <param name="code">Where its assemblies are loaded.</param>
internal sealed class LoadedPlugin(InstalledPlugin installed, PluginBuilder builder, AssemblyLoadContext? code) : IAsyncDisposable
{
    private ServiceProvider? _services;

    public InstalledPlugin Installed => installed;

    public PluginBuilder Builder => builder;

    /// <summary>Where its assemblies are loaded.</summary>
    public AssemblyLoadContext? Code => code;

    /// <summary>Creates what it provides under a name.</summary>
    /// <returns>Null, with a problem noted, when it cannot.</returns>
    public TService? Create<TService>(string kind, string name, List<ConfigurationProblem> problems)
        where TService : class
    {
        if (builder.Find(kind, name) is not { } factory)
        {
            problems.Add(new PluginRefusal("CF1208", $"does not provide {kind} {name}. It provides: {string.Join(", ", builder.Provides.DefaultIfEmpty("nothing"))}. Select what it provides, or install another build.").Of(installed, $"{kind}:provider"));
            return null;
        }

        return Ask(kind, $"could not create {kind} {name}", problems, () =>
        {
            _services ??= builder.Services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true, ValidateOnBuild = true });
            return (TService)(factory(_services) ?? throw new InvalidOperationException("its factory gave nothing."));
        });
    }

    /// <summary>Asks its code for something before the start.</summary>
    /// <param name="kind">Kind of the plugin.</param>
    /// <param name="failed">What is told when it does not work.</param>
    /// <param name="problems">Where.</param>
    /// <param name="ask">Asks.</param>
    /// <returns>Null, with problems noted, when it threw.</returns>
    public T? Ask<T>(string kind, string failed, List<ConfigurationProblem> problems, Func<T> ask)
        where T : class
    {
        try
        {
            return ask();
        }
        catch (ConfigurationException error)
        {
            problems.AddRange(error.Problems);
        }
        catch (Exception error)
        {
            problems.Add(new PluginRefusal("CF1208", $"{failed}. {PluginFailure.Text(error, kind)}").Of(installed, $"{kind}:provider"));
        }

        return null;
    }

    /// <summary>Refuses keys of the plugin's section that it does not know.</summary>
    public IEnumerable<ConfigurationProblem> UnknownSettings(IEnumerable<Setting> settings)
    {
        var section = builder.Configuration.Path + ":";
        foreach (var setting in settings.Where(setting => setting.Path.StartsWith(section, StringComparison.Ordinal)))
        {
            var key = setting.Path[section.Length..];
            if (builder.Settings.Any(known => SettingPath.Matches(known, key) || SettingPath.Matches(known, SettingPath.WithoutIndex(key))))
                continue;
            var nearest = NearestKey.Of(key, builder.Settings, NearestKey.Sensible(key));
            yield return new(setting.Path, $"is not a known setting of plugin {installed.Manifest.Id} ({setting.Origin}). {Known(section, nearest)}");
        }
    }

    private string Known(string section, string? nearest)
    {
        if (nearest is not null)
            return $"Nearest known: {SettingPath.Shown(section + nearest)}.";
        return builder.Settings.Count == 0 ? "It has no settings." : $"Known: {string.Join(", ", builder.Settings)}.";
    }

    public ValueTask DisposeAsync() => _services?.DisposeAsync() ?? ValueTask.CompletedTask;
}

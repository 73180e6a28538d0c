using Cilium.Framework.Errors;
using Microsoft.Extensions.Configuration;

namespace Cilium.Framework.Configuration;

/// <summary>The effective settings with their origins, and everything wrong with them that can be known without the plugins.</summary>
public sealed class LoadedConfiguration
{
    internal LoadedConfiguration(IReadOnlyDictionary<string, Setting> settings, AgentOptions options, IReadOnlyList<ConfigurationProblem> problems, ConfigurationSources sources)
    {
        (Options, Problems, Sources) = (options, problems, sources);
        Settings = [.. settings.Values.OrderBy(setting => setting.Path, StringComparer.Ordinal)];
        Root = new ConfigurationBuilder().AddInMemoryCollection(settings.Values.Select(setting => KeyValuePair.Create(setting.Path, (string?)setting.Value))).Build();
    }

    /// <summary>Settings of the core; usable only when there are no problems.</summary>
    public AgentOptions Options { get; }

    /// <summary>Every effective value with its origin, ordered by path: what <c>config print --origins</c> shows (<see cref="Setting.Shown"/>).</summary>
    public IReadOnlyList<Setting> Settings { get; }

    /// <summary>What is wrong; empty when nothing is.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems { get; }

    /// <summary>The same values as plugins read them.</summary>
    public IConfigurationRoot Root { get; }

    internal ConfigurationSources Sources { get; }

    /// <summary>Reads the same layers again: files as they are now; environment and flags as they were.</summary>
    public LoadedConfiguration ReadAgain() => ConfigurationLoader.Load(Sources);

    /// <summary>Throws when anything is wrong.</summary>
    /// <exception cref="ConfigurationException">With every problem.</exception>
    public LoadedConfiguration ThrowIfInvalid() => Problems.Count == 0 ? this : throw new ConfigurationException(Problems);
}

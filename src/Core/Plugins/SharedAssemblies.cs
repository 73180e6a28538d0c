using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Cilium.Framework.Plugins;

/// <summary>What host and plugins have in common: the contracts and everything that their signatures name. One version for all.</summary>
internal static class SharedAssemblies
{
    /// <summary>One type of each.</summary>
    public static readonly Type[] Types =
    [
        typeof(IPlugin), typeof(IServiceCollection), typeof(ILoggerFactory), typeof(IOptions<>), typeof(IConfiguration), typeof(IChangeToken),
    ];

    /// <summary>Version that the host has, by assembly name.</summary>
    public static readonly IReadOnlyDictionary<string, Version> Versions =
        Types.Select(type => type.Assembly.GetName()).ToDictionary(name => name.Name!, name => name.Version ?? new Version(), StringComparer.Ordinal);

    /// <summary>The contracts.</summary>
    public static readonly AssemblyName Contracts = typeof(IPlugin).Assembly.GetName();
}

using Cilium.Framework.Errors;

namespace Cilium.Framework.Configuration;

/// <summary>The configuration in force. A reload that finds problems keeps the last good one.</summary>
/// <param name="load">Reads all layers again.</param>
/// <param name="initial">The configuration at start; without problems.</param>
public sealed class LiveConfiguration(Func<LoadedConfiguration> load, LoadedConfiguration initial)
{
    private LoadedConfiguration _current = initial.ThrowIfInvalid();

    /// <summary>What is in force.</summary>
    public LoadedConfiguration Current => Volatile.Read(ref _current);

    /// <summary>Reads again.</summary>
    /// <returns>Problems of what was read; empty when it is in force now.</returns>
    public IReadOnlyList<ConfigurationProblem> Reload()
    {
        var next = load();
        if (next.Problems.Count == 0)
            Volatile.Write(ref _current, next);
        return next.Problems;
    }
}

using Cilium.Framework.Errors;
using Cilium.Framework.Health;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Configuration;

/// <summary>The configuration in force. A reload that finds problems keeps the last good one; one that does not changes what can change while the agent runs, and names the rest.</summary>
/// <param name="load">Reads all layers again.</param>
/// <param name="initial">The configuration at start; without problems.</param>
/// <param name="apply">Puts changed options into force; must not fail.</param>
/// <param name="health">Where a bad reload is shown.</param>
/// <param name="logger">The log.</param>
public sealed partial class LiveConfiguration(
    Func<LoadedConfiguration> load, LoadedConfiguration initial, Action<AgentOptions> apply, IHealthReporter health, ILogger<LiveConfiguration> logger)
{
    private readonly Lock _lock = new();
    private LoadedConfiguration _current = initial.ThrowIfInvalid();
    private IReadOnlyList<string> _warnings = [];

    /// <summary>What is in force.</summary>
    public LoadedConfiguration Current => Volatile.Read(ref _current);

    /// <summary>What an operator should know of the last reload: every problem, or which settings wait for a restart.</summary>
    public IReadOnlyList<string> Warnings => Volatile.Read(ref _warnings);

    /// <summary>Reads again. Any thread; one at a time.</summary>
    /// <returns>Problems of what was read; empty when it is in force now, or will be after a restart.</returns>
    public IReadOnlyList<ConfigurationProblem> Reload()
    {
        lock (_lock)
        {
            var next = load();
            if (next.Problems.Count > 0)
                Refuse(next.Problems);
            else
                Accept(next);
            return next.Problems;
        }
    }

    private void Refuse(IReadOnlyList<ConfigurationProblem> problems)
    {
        foreach (var problem in problems)
            LogProblem(logger, problem.ToString());
        Volatile.Write(ref _warnings, [.. problems.Select(problem => $"reload refused: {problem}")]);
        health.Degraded($"the settings were reloaded with {problems.Count} problems; the last good ones stay in force. One of them: {problems[0]}");
    }

    private void Accept(LoadedConfiguration next)
    {
        var waiting = LiveSettings.WaitingForRestart(Current, next);
        Volatile.Write(ref _current, LiveSettings.Merge(Current, next));
        apply(Current.Options);
        var restart = $"changed, but in force only after a restart of the agent: {string.Join(", ", waiting)}";
        Volatile.Write(ref _warnings, waiting.Count == 0 ? [] : [restart]);
        var said = waiting.Count == 0 ? "the settings were reloaded" : $"the settings were reloaded; {restart}";
        health.Ok(said);
        LogReloaded(logger, said);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Reload refused, the last good settings stay in force: {Problem}")]
    private static partial void LogProblem(ILogger logger, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Said}")]
    private static partial void LogReloaded(ILogger logger, string said);
}

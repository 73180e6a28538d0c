using System.Collections.Concurrent;

namespace Cilium.Framework.Health;

/// <summary>What every component says about itself. Any thread may report and read.</summary>
public sealed class HealthTree : IHealthReporter
{
    private readonly ConcurrentDictionary<string, HealthTree> _children = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly string _path;
    private HealthReport? _report;

    /// <summary>The root.</summary>
    public HealthTree(TimeProvider time)
        : this(time, "")
    {
    }

    private HealthTree(TimeProvider time, string path) => (_time, _path) = (time, path);

    /// <inheritdoc />
    public IHealthReporter Scope(string name) =>
        _children.GetOrAdd(name, static (name, parent) => new(parent._time, parent._path.Length == 0 ? name : $"{parent._path}.{name}"), this);

    /// <inheritdoc />
    public void Ok(string message) => Report(HealthLevel.Ok, message);

    /// <inheritdoc />
    public void Degraded(string message, Exception? error = null) =>
        Report(HealthLevel.Degraded, error is null ? message : $"{message}: {error.Message}");

    /// <inheritdoc />
    public void Stopped(string message) => Report(HealthLevel.Stopped, message);

    /// <summary>Everything reported here and below, ordered by path; what never reported is left out.</summary>
    public IReadOnlyList<HealthReport> Snapshot() => [.. Reports().OrderBy(report => report.Path, StringComparer.Ordinal)];

    /// <summary>Degraded when anything is.</summary>
    public HealthLevel Level => Reports().Any(report => report.Level == HealthLevel.Degraded) ? HealthLevel.Degraded : HealthLevel.Ok;

    private IEnumerable<HealthReport> Reports()
    {
        var below = _children.Values.SelectMany(child => child.Reports());
        return Volatile.Read(ref _report) is { } own ? below.Prepend(own) : below;
    }

    private void Report(HealthLevel level, string message)
    {
        var last = Volatile.Read(ref _report);
        if (last is not null && last.Level == level && last.Message == message)
            return;
        Volatile.Write(ref _report, new(_path, level, message, last?.Level == level ? last.Since : _time.GetUtcNow()));
    }
}

using Cilium.Framework.Health;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Tables;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Cilium.Framework.Core.Tests.Reconciliation;

/// <summary>One desired table, its reconciler and a target, in a time that moves only when told.</summary>
internal sealed class Setup : IDisposable
{
    public Setup(ReconcilerOptions? options = null)
    {
        Clock = new(Time);
        Table = new("rows", row => row.Key, Clock);
        Policies = new("policies", row => row.Key, Clock);
        Source = Table.RegisterSource("test");
        Reconciler = new(Table, Target, new GateKeeper(Policies), options ?? new ReconcilerOptions { RefreshInterval = null }, Clock, Health, NullLogger.Instance);
        PolicyReconciler = new(Policies, PolicyTarget, new GateKeeper(), new ReconcilerOptions(), Clock, new LastHealth(), NullLogger.Instance);
    }

    public FakeTimeProvider Time { get; } = new();

    /// <summary>The same time, with a time of day that jumps.</summary>
    public JumpingClock Clock { get; }

    public DesiredTable<int, Row> Table { get; }

    /// <summary>What gates ask about.</summary>
    public DesiredTable<int, Row> Policies { get; }

    public TableSource Source { get; }

    public FakeTarget Target { get; } = new();

    public FakeTarget PolicyTarget { get; } = new();

    public LastHealth Health { get; } = new();

    public Reconciler<int, Row> Reconciler { get; }

    public Reconciler<int, Row> PolicyReconciler { get; }

    public RowStatus? StatusOf(int key) => Table.Rows[key]?.Status;

    public Task<TimeSpan> StepAsync() => Reconciler.StepAsync(TestContext.Current.CancellationToken);

    public async Task<TimeSpan> StepAfterAsync(TimeSpan pause)
    {
        Time.Advance(pause);
        return await StepAsync();
    }

    public void Dispose()
    {
        Reconciler.Dispose();
        PolicyReconciler.Dispose();
    }
}

internal sealed class LastHealth : IHealthReporter
{
    public HealthLevel Level { get; private set; }

    public string Message { get; private set; } = "";

    public IHealthReporter Scope(string name) => this;

    public void Ok(string message) => (Level, Message) = (HealthLevel.Ok, message);

    public void Degraded(string message, Exception? error = null) => (Level, Message) = (HealthLevel.Degraded, message);

    public void Stopped(string message) => (Level, Message) = (HealthLevel.Stopped, message);
}

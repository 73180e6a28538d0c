using Cilium.Framework.Errors;
using Cilium.Framework.Reconciliation;

namespace Cilium.Framework.Core.Tests.Reconciliation;

/// <summary>A prune takes away what a failed deletion left; a target that applies differences must not be told afterwards that it still holds it.</summary>
public sealed class PruneAfterFailedDeleteTests : IDisposable
{
    private readonly Setup _it = new();
    private bool _fails;

    public PruneAfterFailedDeleteTests() =>
        _it.Target.Outcome = item => _fails && item.Action == ReconcileAction.Delete ? RowOutcome.Failed(ErrorKind.Unavailable, "injected") : RowOutcome.Done;

    public void Dispose() => _it.Dispose();

    private async Task FailedDeleteAndPruneAsync()
    {
        _it.Table.Upsert(new(1, 7));
        await _it.StepAsync();
        _fails = true;
        _it.Table.Remove(1);
        _it.Source.ListDone();
        await _it.StepAsync();
        Assert.Equal(["+1=7", "-1", "prune "], _it.Target.Log);
    }

    [Fact]
    public async Task The_next_attempt_names_nothing_as_realised()
    {
        await FailedDeleteAndPruneAsync();
        _fails = false;
        await _it.StepAfterAsync(TimeSpan.FromSeconds(1));
        Assert.Null(_it.Target.Items[^1].Realised);
        Assert.False(_it.Target.WasMisled);
        Assert.Empty(_it.Table.Rows);
    }

    [Fact]
    public async Task A_row_that_is_desired_again_is_written_as_a_whole()
    {
        await FailedDeleteAndPruneAsync();
        _it.Table.Upsert(new(1, 7));
        await _it.StepAsync();
        Assert.Equal((ReconcileAction.Upsert, null), (_it.Target.Items[^1].Action, _it.Target.Items[^1].Realised));
        Assert.Equal(7, _it.Target.Held[1]);
        Assert.False(_it.Target.WasMisled);
    }
}

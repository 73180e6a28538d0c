using Cilium.Framework.Identities;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;
using Microsoft.Extensions.Time.Testing;

namespace Cilium.Framework.Core.Tests.Identities;

public sealed class FirstAllocationTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Table<NumericIdentity, StoredIdentityRow> _identities = new("kv-identities", row => row.Id);
    private readonly Table<string, string> _nodes = new("kv-nodes", row => row);
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private FirstAllocation Begin(TimeSpan grace)
    {
        var first = new FirstAllocation(_identities, _nodes, grace, _time);
        _running = first.RunAsync(_stop.Token);
        return first;
    }

    [Fact]
    public async Task A_store_that_is_empty_is_given_three_seconds()
    {
        var first = Begin(FirstAllocation.Grace);
        _identities.RegisterSource("kvstore").ListDone();
        Assert.False(first.IsOver);
        _nodes.RegisterSource("kvstore").ListDone();
        // When the pause begins is not seen from here: it may have been later than the first steps.
        var steps = 0;
        await Eventually.TrueAsync(
            () =>
            {
                if (first.IsOver)
                    return true;
                _time.Advance(TimeSpan.FromSeconds(0.1));
                steps++;
                return false;
            },
            "new numbers may be asked for");
        Assert.True(steps >= 30, $"it was over after {steps} tenths of a second");
    }

    [Theory]
    [InlineData(true, false, 3)]
    [InlineData(false, true, 3)]
    [InlineData(false, false, 0)]
    public async Task One_that_holds_something_or_that_nobody_else_writes_to_is_given_none(bool hasIdentities, bool hasNodes, int grace)
    {
        var first = Begin(TimeSpan.FromSeconds(grace));
        if (hasIdentities)
            _identities.Upsert(new StoredIdentityRow(new(1001), LabelSet.Parse("k8s:app=web"), 1));
        if (hasNodes)
            _nodes.Upsert("node");
        _identities.RegisterSource("kvstore").ListDone();
        _nodes.RegisterSource("kvstore").ListDone();
        await _running;
        Assert.True(first.IsOver);
    }
}

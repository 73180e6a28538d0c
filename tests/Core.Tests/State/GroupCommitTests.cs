using Cilium.Framework.State;

namespace Cilium.Framework.Core.Tests.State;

public sealed class GroupCommitTests : IDisposable
{
    private readonly List<string> _log = [];
    private readonly GroupCommit _changes;
    private string? _trouble;
    private bool _isUndoBroken;

    public GroupCommitTests() => _changes = new(
        () => _log.Add("begin"),
        () =>
        {
            _log.Add("commit");
            if (_trouble is not null)
                throw new IOException(_trouble);
        },
        () =>
        {
            _log.Add("undo");
            return _isUndoBroken ? throw new NotSupportedException("undo") : default;
        });

    public void Dispose() => _changes.Dispose();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private Task<string> ChangeAsync(string name, CancellationToken ct = default) => _changes.RunAsync(
        () =>
        {
            _log.Add(name);
            return name == "bad" ? throw new InvalidOperationException(name) : new ValueTask<string>(name);
        },
        ct);

    /// <summary>Holds the turn until it is told to go on.</summary>
    private (Task Running, TaskCompletionSource Go) Hold()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return (_changes.RunAsync<int>(
            async () =>
            {
                await go.Task.WaitAsync(Cancelled);
                return 0;
            },
            Cancelled), go);
    }

    [Fact]
    public async Task What_comes_while_a_group_is_written_is_written_together()
    {
        var (first, go) = Hold();
        var later = new[] { ChangeAsync("a"), ChangeAsync("b"), ChangeAsync("c") };
        go.SetResult();
        await first;
        Assert.Equal(["a", "b", "c"], await Task.WhenAll(later));
        Assert.Equal(["begin", "commit", "begin", "a", "b", "c", "commit"], _log);
    }

    [Fact]
    public async Task A_change_that_fails_fails_alone()
    {
        var (first, go) = Hold();
        var (good, bad, last) = (ChangeAsync("good"), ChangeAsync("bad"), ChangeAsync("last"));
        go.SetResult();
        await first;
        Assert.Equal("bad", (await Assert.ThrowsAsync<InvalidOperationException>(() => bad)).Message);
        Assert.Equal(("good", "last"), (await good, await last));
        Assert.DoesNotContain("undo", _log);
    }

    [Fact]
    public async Task What_cannot_be_written_is_taken_back_for_all_and_the_next_ones_are_written()
    {
        var (first, go) = Hold();
        var group = new[] { ChangeAsync("a"), ChangeAsync("b") };
        _trouble = "disk full";
        go.SetResult();
        foreach (var change in group.Append(first))
            Assert.Equal("disk full", (await Assert.ThrowsAsync<IOException>(() => change)).Message);
        Assert.Equal(2, _log.Count(line => line == "undo"));

        _trouble = null;
        Assert.Equal("c", await ChangeAsync("c"));
    }

    [Fact]
    public async Task A_backend_that_cannot_take_back_leaves_nobody_waiting()
    {
        var (first, go) = Hold();
        var later = new[] { ChangeAsync("a"), ChangeAsync("b") };
        (_trouble, _isUndoBroken) = ("disk full", true);
        go.SetResult();
        foreach (var change in later.Append(first))
            await Assert.ThrowsAnyAsync<Exception>(() => change.WaitAsync(TimeSpan.FromSeconds(30), Cancelled));
        (_trouble, _isUndoBroken) = (null, false);
        Assert.Equal("c", await ChangeAsync("c"));
    }

    [Fact]
    public async Task Who_gives_up_while_waiting_has_changed_nothing()
    {
        var (first, go) = Hold();
        using var impatient = new CancellationTokenSource();
        var given = ChangeAsync("given up", impatient.Token);
        var patient = ChangeAsync("patient");
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        go.SetResult();
        await first;
        Assert.Equal("patient", await patient);
        Assert.DoesNotContain("given up", _log);
    }
}

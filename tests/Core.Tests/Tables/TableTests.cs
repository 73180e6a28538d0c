using Cilium.Framework.Tables;

namespace Cilium.Framework.Core.Tests.Tables;

public class TableTests
{
    private sealed record Row(string Key, int Value);

    private readonly Table<string, Row> _table = new("rows", row => row.Key);

    [Fact]
    public void A_row_is_found_under_its_key()
    {
        _table.Upsert(new("a", 1));
        Assert.Equal(new Row("a", 1), _table["a"]);
        Assert.Null(_table["b"]);
    }

    [Fact]
    public void Writing_an_equal_row_changes_nothing()
    {
        _table.Upsert(new("a", 1));
        Assert.False(_table.Upsert(new("a", 1)));
        Assert.Equal(1ul, _table.Revision);
    }

    [Fact]
    public void Replacing_all_writes_only_what_differs()
    {
        _table.ReplaceAll([new("a", 1), new("b", 1), new("c", 1)]);
        Assert.Equal(3, _table.ReplaceAll([new("a", 1), new("b", 2), new("d", 1)]));
        Assert.Equal(["a1", "b2", "d1"], _table.Select(row => row.Key + row.Value).Order());
    }

    [Fact]
    public void Two_rows_with_one_key_are_refused_and_nothing_changes()
    {
        _table.Upsert(new("z", 1));
        var error = Assert.Throws<ArgumentException>(() => _table.ReplaceAll([new("a", 1), new("a", 2)]));
        Assert.StartsWith("table rows: two rows have the key a. Nothing was changed.", error.Message, StringComparison.Ordinal);
        Assert.Equal(["z"], _table.Select(row => row.Key));
    }

    [Fact]
    public void A_commit_whose_function_throws_changes_nothing()
    {
        Assert.Throws<FormatException>(() => _table.Write(writer =>
        {
            writer.Upsert(new("a", 1));
            throw new FormatException();
        }));
        Assert.Empty(_table);
        Assert.Equal(0ul, _table.Revision);
    }

    [Fact]
    public void A_snapshot_does_not_change_any_more()
    {
        _table.Upsert(new("a", 1));
        var before = _table.Snapshot;
        _table.Remove("a");
        Assert.Equal(new Row("a", 1), before["a"]);
    }

    [Fact]
    public void A_tracker_reads_present_rows_first_then_changes_in_order()
    {
        _table.Upsert(new("a", 1));
        using var tracker = _table.Track();
        Assert.Equal(["a"], tracker.Next().Select(change => change.Key));
        _table.Upsert(new("c", 1));
        _table.Upsert(new("b", 1));
        _table.Remove("a");
        Assert.Equal(["c", "b", "-a"], tracker.Next().Select(Describe));
        Assert.Empty(tracker.Next());
    }

    [Fact]
    public void A_tracker_reads_each_key_with_its_last_state_only()
    {
        using var tracker = _table.Track();
        _table.Upsert(new("a", 1));
        _table.Remove("a");
        _table.Upsert(new("a", 2));
        Assert.Equal(2, Assert.Single(tracker.Next()).Row.Value);
    }

    [Fact]
    public void What_was_removed_before_a_tracker_was_born_does_not_exist_for_it()
    {
        using var older = _table.Track();
        _table.Upsert(new("a", 1));
        _table.Remove("a");
        using var younger = _table.Track();
        Assert.Empty(younger.Next());
        Assert.Equal(["-a"], older.Next().Select(Describe));
    }

    [Fact]
    public void Removals_are_remembered_until_the_slowest_tracker_has_read_them()
    {
        using var fast = _table.Track();
        var slow = _table.Track();
        _table.Upsert(new("a", 1));
        _table.Remove("a");
        fast.Next();
        Assert.Single(_table.Snapshot.Tombstones);
        slow.Next();
        Assert.Empty(_table.Snapshot.Tombstones);
        Assert.Empty(_table.Snapshot.Since(0));
    }

    [Fact]
    public void A_commit_that_threw_leaves_nothing_behind_for_a_tracker()
    {
        _table.Upsert(new("a", 1));
        var before = _table.Snapshot;
        Assert.Throws<FormatException>(() => _table.Write(writer => throw new FormatException($"{writer.Upsert(new("b", 1))}")));
        _table.Upsert(new("c", 1));
        using var tracker = _table.Track();
        Assert.Equal(["a", "c"], tracker.Next().Select(Describe));
        Assert.Equal(["a"], before.Since(0).Select(change => change.Key));
    }

    [Fact]
    public void Rows_written_over_and_over_are_not_all_kept_and_older_snapshots_still_read_theirs()
    {
        using var slow = _table.Track();
        for (var key = 0; key < 100; key++)
            _table.Upsert(new($"{key}", 0));
        var before = _table.Snapshot;
        for (var i = 1; i <= 10_000; i++)
        {
            _table.Upsert(new($"{i % 100}", i));
            Assert.InRange(_table.Snapshot.Kept, 100, 100 + (100 / 2) + 64);
        }

        Assert.Equal(Enumerable.Range(9_901, 100), slow.Next().Select(change => change.Row.Value));
        Assert.Equal(100, before.Since(0).Count);
        Assert.All(before.Since(50), change => Assert.Equal(0, change.Row.Value));
    }

    [Fact]
    public void A_disposed_tracker_keeps_nothing_alive()
    {
        var tracker = _table.Track();
        _table.Upsert(new("a", 1));
        _table.Remove("a");
        tracker.Dispose();
        Assert.Empty(_table.Snapshot.Tombstones);
    }

    [Fact]
    public void A_table_is_initialised_when_every_source_has_delivered()
    {
        var first = _table.RegisterSource("first");
        var second = _table.RegisterSource("second");
        first.ListDone();
        first.ListDone();
        Assert.False(_table.IsInitialized);
        Assert.Equal(["second"], _table.PendingSources);
        second.ListDone();
        Assert.True(_table.IsInitialized);
    }

    [Fact]
    public void A_table_without_a_source_is_not_initialised() => Assert.False(_table.IsInitialized);

    [Fact]
    public void A_source_that_registers_too_late_is_refused()
    {
        _table.RegisterSource("first").ListDone();
        var error = Assert.Throws<InvalidOperationException>(() => _table.RegisterSource("late"));
        Assert.Equal("table rows is already initialised: source late must register before the others have delivered.", error.Message);
    }

    [Fact]
    public async Task Waiting_ends_with_the_next_change()
    {
        var waiting = _table.WaitAsync(_table.Revision, TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);
        _table.Upsert(new("a", 1));
        await waiting.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Readers_beside_writers_always_see_whole_commits()
    {
        using var tracker = _table.Track();
        var copy = new Dictionary<string, int>();
        var writing = Task.Run(() =>
        {
            for (var i = 0; i < 2000; i++)
            {
                var value = i;
                _table.Write(writer =>
                {
                    writer.Upsert(new($"left{value % 7}", value));
                    writer.Upsert(new($"right{value % 7}", value));
                    writer.Remove($"left{(value + 3) % 7}");
                    writer.Remove($"right{(value + 3) % 7}");
                });
            }
        });
        var torn = 0;
        while (!writing.IsCompleted)
        {
            var snapshot = _table.Snapshot;
            torn += Enumerable.Range(0, 7).Count(i => snapshot[$"left{i}"]?.Value != snapshot[$"right{i}"]?.Value);
            Follow();
        }

        await writing;
        Follow();
        Assert.Equal(0, torn);
        Assert.Equal(_table.OrderBy(row => row.Key).Select(row => (row.Key, row.Value)), copy.OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value)));

        void Follow()
        {
            foreach (var change in tracker.Next())
            {
                if (change.IsRemoval)
                    copy.Remove(change.Key);
                else
                    copy[change.Key] = change.Row.Value;
            }
        }
    }

    private static string Describe(TableChange<string, Row> change) => (change.IsRemoval ? "-" : "") + change.Key;
}

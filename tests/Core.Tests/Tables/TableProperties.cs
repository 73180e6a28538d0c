using Cilium.Framework.Tables;
using FsCheck.Xunit;

namespace Cilium.Framework.Core.Tests.Tables;

public class TableProperties
{
    private sealed record Row(int Key, int Value);

    /// <summary>Each number is one step: which key, what to do with it, and which trackers read after it.</summary>
    [Property(MaxTest = 300)]
    public bool Trackers_that_read_at_any_time_end_with_the_tables_content(int[] steps)
    {
        var table = new Table<int, Row>("rows", row => row.Key);
        var expected = new Dictionary<int, int>();
        var trackers = Enumerable.Range(0, 3).Select(_ => table.Track()).ToArray();
        var copies = trackers.Select(_ => new Dictionary<int, int>()).ToArray();
        foreach (var step in steps.Select(step => step & int.MaxValue))
        {
            var key = step % 5;
            if (step / 5 % 3 == 0)
            {
                table.Remove(key);
                expected.Remove(key);
            }
            else
            {
                table.Upsert(new(key, step / 15 % 4));
                expected[key] = step / 15 % 4;
            }

            for (var i = 0; i < trackers.Length; i++)
            {
                if ((step >> i) % 3 == 0)
                    Follow(trackers[i], copies[i]);
            }
        }

        for (var i = 0; i < trackers.Length; i++)
            Follow(trackers[i], copies[i]);
        return copies.Append(table.ToDictionary(row => row.Key, row => row.Value)).All(copy => copy.Count == expected.Count && copy.All(expected.Contains))
            && table.Snapshot.Tombstones.IsEmpty
            && table.Snapshot.Since(0).Count == table.Count;
    }

    private static void Follow(TableTracker<int, Row> tracker, Dictionary<int, int> copy)
    {
        var last = tracker.Position;
        foreach (var change in tracker.Next())
        {
            Assert.True(change.Revision > last, "changes come in order of revision");
            last = change.Revision;
            if (change.IsRemoval)
                copy.Remove(change.Key);
            else
                copy[change.Key] = change.Row.Value;
        }
    }
}

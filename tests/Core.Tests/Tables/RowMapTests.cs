using Cilium.Framework.Tables;

namespace Cilium.Framework.Core.Tests.Tables;

public sealed class RowMapTests
{
    /// <summary>A key whose hash the test chooses: all that differs between two keys may be their last bits, or nothing.</summary>
    private sealed record Key(int Number, int Hash)
    {
        public bool Equals(Key? other) => other?.Number == Number;

        public override int GetHashCode() => Hash;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1 << 30)]
    [InlineData(int.MaxValue)]
    public void After_any_history_it_holds_what_a_dictionary_holds_and_no_earlier_state_has_changed(int distinctHashes)
    {
        // Multiplied so that hashes differ in their high bits first.
        var random = new Random(distinctHashes);
        var keys = Enumerable.Range(0, 200).Select(number => new Key(number, unchecked(number % distinctHashes * (int)0x9E3779B1))).ToArray();
        var (map, expected) = (RowMap<Key, object>.Empty, new Dictionary<Key, object>());
        var states = new List<(RowMap<Key, object> Map, Dictionary<Key, object> Expected)>();
        for (var commit = 0ul; commit < 200; commit++)
        {
            var builder = map.ToBuilder();
            for (var i = random.Next(20); i >= 0; i--)
            {
                var key = keys[random.Next(keys.Length)];
                if (random.Next(3) == 0)
                {
                    builder.Remove(key);
                    expected.Remove(key);
                    continue;
                }

                var row = new object();
                builder.Set(new(commit, key, row, IsRemoval: false));
                expected[key] = row;
            }

            map = builder.ToImmutable();
            states.Add((map, new(expected)));
        }

        Assert.All(states, state =>
        {
            Assert.Equal(state.Expected.Count, state.Map.Count);
            Assert.Equal(state.Expected.OrderBy(pair => pair.Key.Number), state.Map.Values.Select(change => KeyValuePair.Create(change.Key, change.Row)).OrderBy(pair => pair.Key.Number));
            Assert.All(keys, key => Assert.Same(state.Expected.GetValueOrDefault(key), state.Map.TryGetValue(key, out var change) ? change.Row : null));
        });
    }

    [Fact]
    public void What_a_builder_does_after_its_state_was_taken_changes_nothing_of_it()
    {
        var builder = RowMap<int, string>.Empty.ToBuilder();
        builder.Set(new(1, 5, "five", IsRemoval: false));
        var taken = builder.ToImmutable();
        builder.Set(new(2, 5, "six", IsRemoval: false));
        builder.Remove(5);
        Assert.True(taken.TryGetValue(5, out var change));
        Assert.Equal("five", change.Row);
        Assert.Equal(0, builder.ToImmutable().Count);
    }
}

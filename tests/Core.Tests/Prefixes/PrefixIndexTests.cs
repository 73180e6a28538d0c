using System.Globalization;
using Cilium.Framework.Prefixes;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.Tests.Prefixes;

/// <summary>The index says what asking every prefix would say.</summary>
public sealed class PrefixIndexTests
{
    private const int Prefixes = 300;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_lies_inside_and_what_overlaps_is_what_asking_every_prefix_finds(int seed)
    {
        var random = new Random(seed);
        var all = Enumerable.Range(0, Prefixes).Select(_ => Draw(random)).ToList();
        var index = new PrefixIndex<int>(all.Select((prefix, number) => (prefix, number)));

        foreach (var asked in Enumerable.Range(0, Prefixes).Select(_ => Draw(random)).Concat(all))
        {
            Assert.Equal(
                all.Select((prefix, number) => (prefix, number)).Where(item => asked.Contains(item.prefix)).Select(item => item.number).Order(),
                index.Inside(asked).Select(item => item.Value).Order());
            Assert.Equal(all.Exists(prefix => prefix.Contains(asked) || asked.Contains(prefix)), index.Overlaps(asked));
        }
    }

    [Fact]
    public void An_empty_index_holds_nothing()
    {
        var index = new PrefixIndex<int>([]);

        Assert.Empty(index.Inside(IpPrefix.Parse("0.0.0.0/0")));
        Assert.False(index.Overlaps(IpPrefix.Parse("::/0")));
    }

    // Few different bits, so that prefixes meet.
    private static IpPrefix Draw(Random random) => random.Next(4) == 0
        ? IpPrefix.Parse(string.Create(CultureInfo.InvariantCulture, $"fd0{random.Next(3)}::{random.Next(4)}/{random.Next(129)}"))
        : IpPrefix.Parse(string.Create(CultureInfo.InvariantCulture, $"10.{random.Next(3)}.{random.Next(3)}.{random.Next(4)}/{random.Next(33)}"));
}

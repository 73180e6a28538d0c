namespace Cilium.Framework.Datapath.Bench;

/// <summary>F1 against what the maps hold: connections, addresses in the ipcache, entries of the policies; in both containers of connections.</summary>
/// <param name="rounds">Batches per flow and point.</param>
internal sealed class Sweeps(int rounds)
{
    private static readonly int[] Connections = [1_000, 10_000, 100_000, 1_000_000];
    private static readonly int[] IpCacheEntries = [100, 1_000, 10_000, 100_000];
    private static readonly int[] PolicyEntries = [10, 100, 1_000, 10_000];
    private static readonly bool[] Tables = [false, true];

    public IReadOnlyList<SweepPoint> Measure() =>
    [
        .. Containers(Connections, "connections", (table, count) => new(table, count), count => count),
        .. Containers(IpCacheEntries, "addresses in the ipcache", (table, count) => new(table, FixtureSetup.UsualConnections, IpCacheEntries: count), _ => FixtureSetup.UsualConnections),
        .. Containers(PolicyEntries, "entries of each policy", (table, count) => new(table, FixtureSetup.UsualConnections, PolicyEntries: count), _ => FixtureSetup.UsualConnections),
    ];

    private IEnumerable<SweepPoint> Containers(int[] counts, string of, Func<bool, int, FixtureSetup> setup, Func<int, int> connections) =>
        from count in counts
        from table in Tables
        let outcome = Measurement.Run(rounds, setup(table, count), (fixture, harness, _) => Flows.Wide(fixture, harness, connections(count)))
        select new SweepPoint(of, count, table ? "table" : "lru", outcome.Flows);
}

/// <summary>What was measured at one size of one map.</summary>
/// <param name="Of">What there are more and more of.</param>
/// <param name="Count">How many.</param>
/// <param name="Container">lru or table.</param>
/// <param name="Flows">By name: the floors, F1 and F1w.</param>
internal sealed record SweepPoint(string Of, int Count, string Container, IReadOnlyDictionary<string, FlowResult> Flows);

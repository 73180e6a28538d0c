using System.Globalization;
using Cilium.Framework.Prefixes;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routes;

/// <summary>Routes of the kernel + rows of <c>node-routes</c> -> whose every route to pods is, and why it is there. Pure.</summary>
/// <param name="ours">Number that marks our routes.</param>
/// <param name="ownerOf">Who uses another number, in words.</param>
internal sealed class RouteLedger(byte ours, Func<byte, string> ownerOf)
{
    /// <summary>Owner of what carries our number.</summary>
    public const string Ours = "ours";

    /// <summary>Routes that carry our number or overlap a range of pods, and rows that have no route; by destination.</summary>
    /// <param name="routes">Every route of the node.</param>
    /// <param name="rows">Rows of <c>node-routes</c>.</param>
    /// <param name="ranges">Ranges of pods that the cluster knows; those of the rows need not be among them.</param>
    public IReadOnlyList<LedgerLine> Lines(IEnumerable<SeenRoute> routes, IReadOnlyCollection<DesiredRow<NodeRouteRow>> rows, IEnumerable<IpPrefix> ranges)
    {
        var known = new PrefixIndex<bool>(ranges.Concat(rows.Select(row => row.Row.PodCidr)).Distinct().Select(range => (range, true)));
        var byRange = rows.ToDictionary(row => row.Row.PodCidr);
        var shown = routes.Where(route => route.Protocol == ours || known.Overlaps(route.Destination)).ToList();
        return
        [
            .. shown.Select(route => Explain(route, byRange.GetValueOrDefault(route.Destination))).Concat(Missing(rows, shown))
                .OrderBy(line => line.Destination).ThenBy(line => line.Route?.Table).ThenBy(line => line.Route?.Metric),
        ];
    }

    private LedgerLine Explain(SeenRoute route, DesiredRow<NodeRouteRow>? row)
    {
        if (route.Protocol == ours)
        {
            return row is null
                ? new(route.Destination, route, LedgerState.LeftOver, Ours, "left over: no row wants it, it is removed at the next prune")
                : new(route.Destination, route, LedgerState.Ours, Ours, $"{Range(row.Row)}: {Status(row)}");
        }

        var owner = ownerOf(route.Protocol);
        var serves = row is null ? "" : $"; it stands where the row is {Range(row.Row)}: {Status(row)}";
        return new(route.Destination, route, LedgerState.Foreign, owner, $"not ours: told by {owner}; never touched{serves}");
    }

    /// <summary>A realised row needs no route of its very own range: somebody else's wider one may serve it, but a default route serves none.</summary>
    private static IEnumerable<LedgerLine> Missing(IEnumerable<DesiredRow<NodeRouteRow>> rows, IReadOnlyCollection<SeenRoute> shown)
    {
        var there = shown.Select(route => route.Destination).Where(destination => destination.Length > 0).ToHashSet();
        foreach (var row in rows)
        {
            var range = row.Row.PodCidr;
            if (row.IsDeleting || there.Contains(range))
                continue;
            if (!row.IsDone)
                yield return new(range, null, LedgerState.Missing, null, $"missing: {Range(row.Row)}: {Status(row)}");
            else if (!Enumerable.Range(1, range.Length).Any(length => there.Contains(range.Shortened(length))))
                yield return new(range, null, LedgerState.Missing, null, $"missing: {Range(row.Row)}: {Status(row)} since {Time(row.Status.At)} and gone meanwhile; it is set again at the next refresh");
        }
    }

    private static string Range(NodeRouteRow row) => row.NextHop is null ? "range of this node" : $"range of node {row.Node} through {row.NextHop}";

    private static string Status(DesiredRow<NodeRouteRow> row)
    {
        var text = row.Status.Text.Length == 0 ? "" : $": {row.Status.Text}";
        return row.IsDeleting ? $"no longer wanted, its removal is {row.Status.State}{text}" : $"{row.Status.State}{text}";
    }

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

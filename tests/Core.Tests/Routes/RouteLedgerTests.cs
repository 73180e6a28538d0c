using System.Net;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routes;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.Tests.Routes;

/// <summary>What the ledger says of each route, and of routes that are not there.</summary>
public sealed class RouteLedgerTests
{
    private const byte Ours = 161, Other = 4;
    private const uint Main = 254;
    private static readonly DateTimeOffset Then = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly NodeRouteRow Own = new(IpPrefix.Parse("10.1.0.0/24"), "a", null, "host0", null, 1450);
    private static readonly NodeRouteRow Remote = new(IpPrefix.Parse("10.1.1.0/24"), "b", IPAddress.Parse("192.168.0.2"), null, null, 1450);

    private static SeenRoute Route(string destination, byte protocol = Other, uint table = Main, uint metric = 0) => new(IpPrefix.Parse(destination), null, "eth0", 1500, table, metric, protocol);

    private static DesiredRow<NodeRouteRow> Row(NodeRouteRow row, RowState state = RowState.Done, string text = "", bool isDeleting = false) =>
        new(row, null, isDeleting, new RowStatus(state, text, Then), state == RowState.Done ? row : null);

    private static IReadOnlyList<LedgerLine> Lines(IEnumerable<SeenRoute> routes, IReadOnlyCollection<DesiredRow<NodeRouteRow>> rows, params string[] ranges) =>
        new RouteLedger(Ours, protocol => protocol == Other ? "static" : $"number {protocol}").Lines(routes, rows, ranges.Select(IpPrefix.Parse));

    private static LedgerLine Line(IEnumerable<SeenRoute> routes, params DesiredRow<NodeRouteRow>[] rows) => Assert.Single(Lines(routes, rows));

    [Fact]
    public void A_route_of_ours_names_its_row_and_how_far_it_is()
    {
        var own = Line([Route("10.1.0.0/24", Ours)], Row(Own));
        Assert.Equal((LedgerState.Ours, "ours", "range of this node: Done"), (own.State, own.Owner, own.Why));
        Assert.Equal("range of node b through 192.168.0.2: Error: the device is down", Line([Route("10.1.1.0/24", Ours)], Row(Remote, RowState.Error, "the device is down")).Why);
        Assert.Equal("range of node b through 192.168.0.2: Pending", Line([Route("10.1.1.0/24", Ours)], Row(Remote, RowState.Pending)).Why);
        Assert.Equal("range of node b through 192.168.0.2: no longer wanted, its removal is Error: busy", Line([Route("10.1.1.0/24", Ours)], Row(Remote, RowState.Error, "busy", isDeleting: true)).Why);
    }

    [Fact]
    public void A_route_with_our_number_that_no_row_wants_is_shown_wherever_it_leads()
    {
        var line = Line([Route("172.16.0.0/12", Ours, table: 100)]);
        Assert.Equal((LedgerState.LeftOver, "ours", "left over: no row wants it, it is removed at the next prune"), (line.State, line.Owner, line.Why));
    }

    [Fact]
    public void A_route_of_others_is_told_by_its_owner_and_never_touched()
    {
        var line = Assert.Single(Lines([Route("10.2.0.0/24")], [], "10.2.0.0/24"));
        Assert.Equal((LedgerState.Foreign, "static", "not ours: told by static; never touched"), (line.State, line.Owner, line.Why));
        Assert.Equal("not ours: told by number 200; never touched", Assert.Single(Lines([Route("10.2.0.0/24", 200)], [], "10.2.0.0/24")).Why);
    }

    [Fact]
    public void A_route_of_others_in_the_place_of_a_row_says_what_became_of_the_row()
    {
        Assert.Equal("not ours: told by static; never touched; it stands where the row is range of node b through 192.168.0.2: Done", Line([Route("10.1.1.0/24")], Row(Remote)).Why);
        Assert.Equal("not ours: told by static; never touched; it stands where the row is range of this node: Error: there is one already", Line([Route("10.1.0.0/24")], Row(Own, RowState.Error, "there is one already")).Why);
    }

    [Theory]
    [InlineData("10.2.3.0/24", true)]
    [InlineData("10.2.3.128/25", true)]
    [InlineData("10.0.0.0/8", true)]
    [InlineData("0.0.0.0/0", true)]
    [InlineData("10.2.2.0/24", false)]
    [InlineData("::/0", false)]
    [InlineData("fd00::/64", false)]
    public void Routes_of_others_are_shown_when_they_lie_in_a_range_or_cover_one(string destination, bool isShown) =>
        Assert.Equal(isShown, Lines([Route(destination)], [], "10.2.3.0/24", "10.9.0.0/16").Count == 1);

    [Fact]
    public void A_row_without_a_route_is_missing_with_its_error()
    {
        var lines = Lines([Route("0.0.0.0/0")], [Row(Own, RowState.Error, "there is no device host0 yet."), Row(Remote, RowState.Error, "gone", isDeleting: true)]);
        var missing = Assert.Single(lines, line => line.State == LedgerState.Missing);
        Assert.Equal((Own.PodCidr, null, null, "missing: range of this node: Error: there is no device host0 yet."), (missing.Destination, missing.Route, missing.Owner, missing.Why));
    }

    [Fact]
    public void A_realised_row_may_be_served_by_a_wider_route_but_not_by_a_default_one()
    {
        Assert.DoesNotContain(Lines([Route("10.1.0.0/16")], [Row(Remote)]), line => line.State == LedgerState.Missing);
        Assert.Contains(Lines([Route("10.1.0.0/16")], [Row(Remote, RowState.Error, "no")]), line => line.State == LedgerState.Missing);
        var missing = Assert.Single(Lines([Route("0.0.0.0/0")], [Row(Remote)]), line => line.State == LedgerState.Missing);
        Assert.Equal("missing: range of node b through 192.168.0.2: Done since 2026-01-02 03:04:05Z and gone meanwhile; it is set again at the next refresh", missing.Why);
    }

    [Fact]
    public void Lines_are_ordered_by_destination_table_and_metric()
    {
        var lines = Lines([Route("10.1.0.0/24", table: 300), Route("10.1.0.0/24", metric: 9), Route("10.1.0.0/24", metric: 2), Route("10.0.0.0/8")], [Row(Own), Row(Remote, RowState.Pending)]);
        Assert.Equal(
            [("10.0.0.0/8", Main, 0), ("10.1.0.0/24", Main, 2), ("10.1.0.0/24", Main, 9), ("10.1.0.0/24", 300, 0), ("10.1.1.0/24", null, null)],
            lines.Select(line => (line.Destination.ToString(), line.Route?.Table, (int?)line.Route?.Metric)));
    }

    [Fact]
    public void Many_routes_and_ranges_are_no_trouble()
    {
        var routes = Enumerable.Range(0, 200_000).Select(i => Route($"20.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}/32"));
        Assert.Empty(Lines(routes, [], [.. Enumerable.Range(0, 5_000).Select(i => $"10.{i >> 8}.{i & 255}.0/24")]));
    }
}

using Cilium.Framework.Cli.Commands;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Cli.Tests.Commands;

public class MonitorFilterTests
{
    private static readonly MonitorEvent Drop = new() { Type = "drop", Time = DateTimeOffset.UnixEpoch, Summary = "x", SourceEndpoint = 1, DestinationEndpoint = 2 };

    private static bool Accepts(MonitorEvent shown, string[]? types = null, int[]? from = null, int[]? to = null, int[]? related = null) =>
        new MonitorFilter(types ?? [], from ?? [], to ?? [], related ?? []).Accepts(shown);

    [Fact]
    public void Without_a_filter_everything_is_shown() => Assert.True(Accepts(Drop));

    [Fact]
    public void Types_are_alternatives()
    {
        Assert.True(Accepts(Drop, types: ["trace", "drop"]));
        Assert.False(Accepts(Drop, types: ["trace"]));
    }

    [Fact]
    public void From_looks_at_the_sender_and_to_at_the_receiver()
    {
        Assert.True(Accepts(Drop, from: [1]));
        Assert.False(Accepts(Drop, from: [2]));
        Assert.True(Accepts(Drop, to: [2]));
        Assert.False(Accepts(Drop, to: [1]));
    }

    [Fact]
    public void Related_to_looks_at_both()
    {
        Assert.True(Accepts(Drop, related: [1]));
        Assert.True(Accepts(Drop, related: [2]));
        Assert.False(Accepts(Drop, related: [3]));
    }

    [Fact]
    public void All_filters_must_accept() => Assert.False(Accepts(Drop, types: ["drop"], from: [1], to: [3]));

    [Theory]
    [InlineData("lost")]
    [InlineData("backlog")]
    public void What_was_lost_is_told_whatever_the_filter(string type) => Assert.True(Accepts(Drop with { Type = type }, types: ["trace"], from: [9], to: [9]));
}

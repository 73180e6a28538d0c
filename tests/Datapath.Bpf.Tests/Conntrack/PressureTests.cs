using Cilium.Framework.Datapath.Bpf.Conntrack;

namespace Cilium.Framework.Datapath.Bpf.Tests.Conntrack;

/// <summary>What the operator hears before there is no room, and how collection keeps up.</summary>
public sealed class PressureTests
{
    private static readonly TimeSpan Configured = TimeSpan.FromSeconds(30);

    private static ConnectionPressure Of(int seen, int removed = 0, bool table = false) => new(new(seen, removed, 1000), new(7, 0, 1000), table);

    [Fact]
    public void Room_that_is_there_is_only_described()
    {
        Assert.False(Of(749).IsHigh);
        Assert.Equal("IPv4 749 of 1,000 connections (75 %), IPv6 7 of 1,000 connections (1 %)", Of(749).Describe());
    }

    [Theory]
    [InlineData(false, "those that were idle for longest are forgotten")]
    [InlineData(true, "new ones are dropped (reason 155)")]
    public void Living_connections_that_fill_the_room_are_reported_with_what_comes_and_what_to_do(bool table, string consequence)
    {
        var pressure = Of(800, table: table);

        Assert.True(pressure.IsHigh);
        Assert.Equal(
            $"IPv4 800 of 1,000 connections (80 %), IPv6 7 of 1,000 connections (1 %). When there is no room, {consequence}. See who opens so many (cilium bpf ct list), or raise datapath.bpf.conntrack-max and start the agent again (connections move).",
            pressure.Describe());
    }

    [Fact]
    public void Expired_connections_that_fill_the_room_are_reported_as_collection_that_does_not_keep_up()
    {
        Assert.Contains("most of them expired: they come faster than they are collected", Of(900, removed: 600).Describe(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(30, 400, 30)]
    [InlineData(30, 1000, 15)]
    [InlineData(15, 1000, 7.5)]
    [InlineData(1.2, 1000, 1)]
    [InlineData(4, 100, 8)]
    public void The_pause_aims_at_a_room_half_full(double last, int seen, double next) =>
        Assert.Equal(TimeSpan.FromSeconds(next), Of(seen).NextPause(TimeSpan.FromSeconds(last), Configured));
}

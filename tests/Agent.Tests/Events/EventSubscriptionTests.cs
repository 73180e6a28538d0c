using Cilium.Framework.Agent.Events;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Agent.Tests.Events;

public class EventSubscriptionTests
{
    private static MonitorEvent Event(int number) => new() { Type = "drop", Time = DateTimeOffset.UnixEpoch, Summary = "x", SourcePort = number };

    private static async Task<List<MonitorEvent>> ReadAsync(EventSubscription subscription, int count)
    {
        var read = new List<MonitorEvent>();
        await foreach (var next in subscription.ReadAsync(TimeProvider.System, TestContext.Current.CancellationToken))
        {
            read.Add(next);
            if (read.Count == count)
                break;
        }

        return read;
    }

    [Fact]
    public async Task Every_listener_gets_every_event_in_order()
    {
        var hub = new EventHub();
        using var first = hub.Subscribe();
        using var second = hub.Subscribe();
        hub.Publish(Event(1));
        hub.Publish(Event(2));
        foreach (var subscription in new[] { first, second })
            Assert.Equal([1, 2], (await ReadAsync(subscription, 2)).Select(read => read.SourcePort));
    }

    [Fact]
    public async Task A_slow_listener_loses_the_oldest_and_is_told_how_many()
    {
        var hub = new EventHub();
        using var slow = hub.Subscribe();
        for (var i = 1; i <= EventSubscription.Capacity + 5; i++)
            hub.Publish(Event(i));
        var read = await ReadAsync(slow, 2);
        Assert.Equal(("lost", 5L), (read[0].Type, read[0].Count));
        Assert.Equal(6, read[1].SourcePort);
    }

    [Fact]
    public void A_hub_without_listeners_is_idle()
    {
        var hub = new EventHub();
        Assert.True(hub.IsIdle);
        using (hub.Subscribe())
            Assert.False(hub.IsIdle);
        Assert.True(hub.IsIdle);
    }
}

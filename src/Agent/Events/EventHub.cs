using System.Collections.Immutable;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Agent.Events;

/// <summary>Hands events to everybody who listens. A listener that is too slow loses the oldest ones and is told how many; nobody else notices.</summary>
internal sealed class EventHub
{
    private ImmutableArray<EventSubscription> _subscriptions = [];

    /// <summary>Nobody listens: an event need not even be made.</summary>
    public bool IsIdle => _subscriptions.IsEmpty;

    /// <summary>Starts to listen; dispose it to stop.</summary>
    public EventSubscription Subscribe()
    {
        var subscription = new EventSubscription(gone => ImmutableInterlocked.Update(ref _subscriptions, list => list.Remove(gone)));
        ImmutableInterlocked.Update(ref _subscriptions, list => list.Add(subscription));
        return subscription;
    }

    /// <summary>Never blocks.</summary>
    public void Publish(MonitorEvent published)
    {
        foreach (var subscription in _subscriptions)
            subscription.Offer(published);
    }
}

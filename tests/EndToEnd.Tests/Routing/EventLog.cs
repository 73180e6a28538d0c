using System.Net;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Traffic;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

/// <summary>What an agent tells of packets, from <see cref="ReadsAsync"/> on.</summary>
internal sealed class EventLog : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly List<MonitorEvent> _events = [];
    private readonly Task _reading;

    public EventLog(LabNode node) => _reading = ReadAsync(node);

    /// <summary>Makes events until the first arrives: a reader that is too late would miss what is looked for.</summary>
    public Task ReadsAsync(NetworkNamespace from, IPAddress to, CancellationToken ct) => Eventually.TrueAsync(
        async () =>
        {
            // A port that nothing else in the tests uses; a fresh flow each time, so that it is not merely counted.
            await Probe.UdpAsync(from, to, Random.Shared.Next(20000, 30000), TimeSpan.FromMilliseconds(20), ct);
            return Seen().Count > 0;
        },
        "the agent tells of packets");

    public async Task<MonitorEvent> WaitAsync(Func<MonitorEvent, bool> what)
    {
        MonitorEvent? found = null;
        await Eventually.TrueAsync(() => Task.FromResult((found = Seen().FirstOrDefault(what)) is not null), () => $"an event; there are:\n{string.Join('\n', Seen().TakeLast(20).Select(seen => seen.Summary))}");
        return found!;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _reading;
        }
        catch (OperationCanceledException)
        {
        }

        _stop.Dispose();
    }

    private List<MonitorEvent> Seen()
    {
        lock (_events)
            return [.. _events];
    }

    private async Task ReadAsync(LabNode node)
    {
        await foreach (var read in node.Agent.Client.ReadEventsAsync(_stop.Token))
        {
            lock (_events)
                _events.Add(read);
        }
    }
}

using System.Diagnostics;
using Cilium.Framework.Lab;

namespace Cilium.Framework.EndToEnd.Tests.Stores.Faults;

/// <summary>Looks at the endpoints of every node again and again, and keeps what it has seen of each.</summary>
internal sealed class EndpointWatch : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);

    /// <summary>It is being deleted: it does not need its number any more.</summary>
    private const string Leaving = "disconnecting";

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly List<Sighting>[] _seen;
    private readonly Task _looking;

    private EndpointWatch(IReadOnlyList<LabNode> nodes)
    {
        _seen = [.. nodes.Select(_ => new List<Sighting>())];
        _looking = Task.WhenAll(nodes.Zip(_seen, LookAsync));
    }

    public static EndpointWatch Start(IReadOnlyList<LabNode> nodes) => new(nodes);

    /// <summary>Ends it.</summary>
    /// <exception cref="Client.ApiException">A node did not answer at some time.</exception>
    public async Task<IReadOnlyList<Sighting>> StopAsync()
    {
        await _stop.CancelAsync();
        await _looking;
        return [.. _seen.SelectMany(ofOne => ofOne)];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _looking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task LookAsync(LabNode node, List<Sighting> seen)
    {
        var newest = new Dictionary<string, int>();
        try
        {
            while (true)
            {
                var asked = Stopwatch.GetElapsedTime(_began);
                var endpoints = await node.Agent.Client.ListEndpointsAsync(_stop.Token);
                var answered = Stopwatch.GetElapsedTime(_began);
                foreach (var endpoint in endpoints.Where(endpoint => endpoint.Status.State != Leaving))
                {
                    var sighting = new Sighting(endpoint.Status.ExternalIdentifiers.ContainerId ?? "", string.Concat(endpoint.Status.Labels.Select(label => $"{label};")), endpoint.Status.Identity?.Id, answered, asked);
                    if (newest.TryGetValue(sighting.Endpoint, out var last) && seen[last].Number == sighting.Number)
                    {
                        seen[last] = seen[last] with { Until = asked };
                        continue;
                    }

                    newest[sighting.Endpoint] = seen.Count;
                    seen.Add(sighting);
                }

                await Task.Delay(Pause, TimeProvider.System, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped.
        }
    }
}

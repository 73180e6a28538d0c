using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Health;
using Cilium.Framework.Nodes;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Agent.NodeHealth;

/// <summary>Answers the greeting on this node's own addresses, and on no other: who the node is not known by has no business there.</summary>
/// <param name="self">This node.</param>
/// <param name="nodes">Every node, this one with its addresses.</param>
/// <param name="health">Where it is told on what nobody can listen.</param>
/// <param name="time">The clock.</param>
internal sealed class NodeResponder(NodeKey self, IReadTable<NodeKey, NodeRow> nodes, IHealthReporter health, TimeProvider time)
{
    /// <summary>After an address could not be listened on: it may be new and not usable yet, or somebody else's port.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly Dictionary<IPAddress, (Socket Listener, CancellationTokenSource Stop, Task Running)> _servers = [];

    /// <summary>Runs until cancelled.</summary>
    /// <param name="ct">Ends it.</param>
    public async Task RunAsync(CancellationToken ct)
    {
        var wake = new Wake();
        using var onNodes = nodes.Attach(wake);
        try
        {
            while (true)
            {
                var complete = await FollowAsync(ct);
                using var retry = new CancellationTokenSource(complete ? Timeout.InfiniteTimeSpan : Retry, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(retry.Token, ct);
                try
                {
                    await wake.WaitAsync(either.Token);
                }
                catch (OperationCanceledException) when (!ct.IsCancellationRequested)
                {
                    // Tried again.
                }
            }
        }
        finally
        {
            foreach (var address in _servers.Keys.ToList())
                await EndAsync(address);
        }
    }

    /// <returns>False: on one of the addresses nobody listens.</returns>
    private async Task<bool> FollowAsync(CancellationToken ct)
    {
        var own = nodes[self]?.Addresses.Select(address => address.Address).ToHashSet() ?? [];
        foreach (var address in _servers.Where(server => !own.Contains(server.Key) || server.Value.Running.IsCompleted).Select(server => server.Key).ToList())
            await EndAsync(address);
        var problems = new List<string>();
        foreach (var address in own.Where(address => !_servers.ContainsKey(address)))
        {
            if (Begin(address, ct) is { } problem)
                problems.Add(problem);
        }

        if (problems.Count > 0)
            health.Degraded($"other nodes get no answer from this one's health port: {string.Join("; ", problems)}. Free the port, or turn health.enabled off.");
        else
            health.Ok(own.Count == 0 ? "this node has no address yet" : $"answers on {string.Join(", ", own.Select(address => new IPEndPoint(address, HealthService.Port)))}");
        return problems.Count == 0;
    }

    private string? Begin(IPAddress address, CancellationToken ct)
    {
        var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(address, HealthService.Port));
            listener.Listen();
        }
        catch (SocketException exception)
        {
            listener.Dispose();
            return $"{new IPEndPoint(address, HealthService.Port)}: {exception.Message}";
        }

        var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _servers[address] = (listener, stop, new HealthServer(listener, time).RunAsync(stop.Token));
        return null;
    }

    private async Task EndAsync(IPAddress address)
    {
        if (!_servers.Remove(address, out var server))
            return;
        await server.Stop.CancelAsync();
        await server.Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        server.Listener.Dispose();
        server.Stop.Dispose();
    }
}

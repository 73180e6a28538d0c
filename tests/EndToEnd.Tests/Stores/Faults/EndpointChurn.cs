using System.Diagnostics;
using System.Globalization;
using Cilium.Framework.Client;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Lab;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.EndToEnd.Tests.Stores.Faults;

/// <summary>Endpoints that come and go on several nodes, at a steady pace whatever the store does. Nothing runs in them, and they use devices one after the other.</summary>
internal sealed class EndpointChurn : IAsyncDisposable
{
    /// <summary>Endpoints that come in a second, on all nodes together.</summary>
    public const int PerSecond = 20;

    /// <summary>They come in pairs, on two nodes at the same time: mostly with one label set, which both nodes then ask a number for.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(2d / PerSecond);

    /// <summary>Endpoints that live at a time: an endpoint lives four to five seconds on average, and many only moments.</summary>
    private const int Most = 90;

    /// <summary>Label sets that an endpoint may have that does not get a new one: many of them nobody has any more.</summary>
    private const int Recent = 60;

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly IReadOnlyList<(LabNode Node, ChurnDevices Devices)> _nodes;
    private readonly NetworkNamespace _pods;
    private readonly List<Churned> _live = [];
    private readonly List<Task> _work = [];
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly Task _running;
    private int _created;
    private int _labelSets;

    private EndpointChurn(IReadOnlyList<(LabNode Node, ChurnDevices Devices)> nodes, NetworkNamespace pods)
    {
        (_nodes, _pods) = (nodes, pods);
        _running = RunAsync();
    }

    /// <param name="nodes">At least two.</param>
    /// <param name="name">Of the namespace that it makes; no other one has it.</param>
    public static EndpointChurn Start(IReadOnlyList<LabNode> nodes, string name)
    {
        var pods = NetworkNamespace.Create(name);
        try
        {
            return new([.. nodes.Select((node, i) => (node, new ChurnDevices(node, pods, i, Most / nodes.Count)))], pods);
        }
        catch
        {
            pods.Delete();
            throw;
        }
    }

    /// <summary>Addresses of those that are announced and not about to go.</summary>
    public IReadOnlySet<string> Addresses
    {
        get
        {
            lock (_live)
                return _live.SelectMany(endpoint => (string[])[$"{endpoint.Addresses.Ipv4}/32", $"{endpoint.Addresses.Ipv6}/128"]).ToHashSet();
        }
    }

    /// <summary>Ends it; those that live stay.</summary>
    /// <returns>Endpoints that came in a second.</returns>
    /// <exception cref="ApiException">An agent refused one.</exception>
    public async Task<double> StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        var took = Stopwatch.GetElapsedTime(_began);
        await Task.WhenAll(_work);
        return _created / took.TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _pods.Delete();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Pace, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                // A machine that was busy for a moment catches up.
                while (_created < Stopwatch.GetElapsedTime(_began).TotalSeconds * PerSecond)
                    Renew();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    /// <summary>Two come, and as many go as are too many.</summary>
    private void Renew()
    {
        var first = Random.Shared.Next(_nodes.Count);
        var second = (first + Random.Shared.Next(1, _nodes.Count)) % _nodes.Count;
        var labels = ChooseLabels();
        _work.Add(CreateAsync(_nodes[first], labels, ++_created));
        _work.Add(CreateAsync(_nodes[second], Random.Shared.Next(4) == 0 ? ChooseLabels() : labels, ++_created));
        while (TakeOneTooMany() is { } endpoint)
            _work.Add(DeleteAsync(endpoint));
    }

    private string ChooseLabels() => string.Create(CultureInfo.InvariantCulture, $"k8s:app=churn{(Random.Shared.Next(2) == 0 ? ++_labelSets : Math.Max(1, _labelSets - Random.Shared.Next(Recent)))}");

    private Churned? TakeOneTooMany()
    {
        lock (_live)
        {
            if (_live.Count <= Most)
                return null;
            var index = Random.Shared.Next(_live.Count);
            var endpoint = _live[index];
            _live.RemoveAt(index);
            return endpoint;
        }
    }

    private async Task CreateAsync((LabNode Node, ChurnDevices Devices) at, string labels, int number)
    {
        var (client, name, ct) = (at.Node.Agent.Client, string.Create(CultureInfo.InvariantCulture, $"churn-{number}"), TestContext.Current.CancellationToken);
        var device = at.Devices.Take();
        var addresses = (await client.AllocateAddressAsync(name, ct: ct)).Address;
        await client.PutEndpointAsync("container-id:" + name, new EndpointChangeRequest
        {
            ContainerId = name, ContainerName = name, InterfaceName = device.Name, Mac = device.Inner, HostMac = device.Outer, Addressing = addresses, Labels = [labels],
        }, ct);
        lock (_live)
            _live.Add(new(client, name, addresses, () => at.Devices.GiveBack(device)));
    }

    private static async Task DeleteAsync(Churned endpoint)
    {
        var ct = TestContext.Current.CancellationToken;
        await endpoint.Client.DeleteEndpointAsync("container-id:" + endpoint.Name, ct);
        await endpoint.Client.ReleaseAddressAsync(endpoint.Addresses.Ipv4!, ct);
        await endpoint.Client.ReleaseAddressAsync(endpoint.Addresses.Ipv6!, ct);
        endpoint.FreeDevice();
    }

    private sealed record Churned(CiliumClient Client, string Name, AddressPair Addresses, Action FreeDevice);
}

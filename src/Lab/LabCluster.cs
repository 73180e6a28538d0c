using System.Globalization;
using System.Net;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab;

/// <summary>Nodes on one segment or around one router, each with its agent, and a machine for the servers that they share. Everything is removed on disposal, whatever happened; the folder is the caller's.</summary>
public sealed class LabCluster : IAsyncDisposable
{
    /// <summary>Places of machines that are no nodes.</summary>
    private const int FirstMachine = 100;

    private readonly string _name;
    private readonly ILabFabric _fabric;
    private readonly List<LabNode> _nodes = [];
    private readonly List<LabMachine> _machines = [];

    private LabCluster(string name, ILabFabric fabric, NetworkNamespace store) => (_name, _fabric, Store) = (name, fabric, store);

    /// <summary>Where servers listen for the nodes.</summary>
    public static IPAddress StoreIPv4 { get; } = IPAddress.Parse("192.0.2.2");

    /// <summary>Where servers listen for the nodes.</summary>
    public static IPAddress StoreIPv6 { get; } = IPAddress.Parse("2001:db8::2");

    /// <summary>The machine of the servers.</summary>
    public NetworkNamespace Store { get; }

    /// <summary>Where servers listen for all nodes: an address that each of them has a way to.</summary>
    public IPAddress StoreAddress => _fabric.Cabling.HasIPv4 ? StoreIPv4 : StoreIPv6;

    /// <summary>The nodes, node1 first.</summary>
    public IReadOnlyList<LabNode> Nodes => _nodes;

    /// <summary>The machine outside, everybody's default router.</summary>
    public NetworkNamespace World => _fabric.World;

    /// <summary>Builds the segment and the machine of the servers; no node yet.</summary>
    /// <param name="name">Prefix of every namespace; no other lab has it.</param>
    public static LabCluster Create(string name) => Create(name, new LabCabling());

    /// <summary>Builds the segment and the machine of the servers; no node yet.</summary>
    /// <param name="name">Prefix of every namespace; no other lab has it.</param>
    /// <param name="cabling">What the cables bear, and whether the machine outside knows the pods.</param>
    public static LabCluster Create(string name, LabCabling cabling) => Create(name, LabSegment.Create(name, cabling));

    /// <summary>Builds the router and the machine of the servers, each node to be in a subnet of its own; no node yet.</summary>
    /// <param name="name">Prefix of every namespace; no other lab has it.</param>
    /// <param name="cabling">What the cables bear, and whether the router knows the pods.</param>
    public static LabCluster CreateRouted(string name, LabCabling cabling) => Create(name, LabRouter.Create(name, cabling));

    /// <summary>Adds a machine that is no node. On a segment it is a neighbour of the nodes, else behind the router.</summary>
    /// <param name="name">Its name; no other machine or node has it.</param>
    public LabMachine AddMachine(string name)
    {
        var place = _fabric.Place(FirstMachine + _machines.Count);
        return AddMachine(name, _fabric, place.IPv4, place.IPv6);
    }

    /// <summary>Adds a machine that is no node elsewhere, such as behind a router that is itself such a machine (<see cref="LabRouter.On"/>).</summary>
    /// <param name="name">Its name; no other machine or node has it.</param>
    /// <param name="fabric">Where; the caller's.</param>
    /// <param name="ipv4">Its address.</param>
    /// <param name="ipv6">Its address.</param>
    public LabMachine AddMachine(string name, ILabFabric fabric, IPAddress ipv4, IPAddress ipv6)
    {
        ArgumentNullException.ThrowIfNull(fabric);
        var machine = new LabMachine(NetworkNamespace.Create($"{_name}-{name}"), ipv4, ipv6);
        try
        {
            fabric.Attach(machine.Namespace, machine.IPv4, machine.IPv6);
        }
        catch
        {
            machine.Namespace.Delete();
            throw;
        }

        _machines.Add(machine);
        return machine;
    }

    /// <summary>Adds nodes, which are called node1, node2 and so on, and starts their agents at once.</summary>
    /// <param name="count">How many.</param>
    /// <param name="layout">Where the programs lie.</param>
    /// <param name="folder">Each node has a folder of its own in it.</param>
    /// <param name="settings">Further settings of every agent, each <c>key=value</c>.</param>
    /// <param name="ct">Gives up; nodes that run stay until disposal.</param>
    /// <param name="beforeAgent">What is started on each node before its agent, which may need it to be ready; null: nothing.</param>
    public async Task StartNodesAsync(
        int count, Layout layout, string folder, IReadOnlyList<string> settings, CancellationToken ct, Func<LabNetwork, CancellationToken, Task>? beforeAgent = null)
    {
        var (first, started) = (_nodes.Count + 1, new LabNode?[count]);
        try
        {
            await Task.WhenAll(Enumerable.Range(0, count).Select(async index => started[index] = await StartNodeAsync(first + index, layout, folder, settings, beforeAgent, ct)));
        }
        finally
        {
            _nodes.AddRange(started.OfType<LabNode>());
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        foreach (var machine in _machines)
            machine.Namespace.Delete();
        Store.Delete();
        _fabric.Dispose();
    }

    private static LabCluster Create(string name, ILabFabric fabric)
    {
        NetworkNamespace? store = null;
        try
        {
            store = NetworkNamespace.Create($"{name}-store");
            fabric.Attach(store, StoreIPv4, StoreIPv6);
            return new LabCluster(name, fabric, store);
        }
        catch
        {
            store?.Delete();
            fabric.Dispose();
            throw;
        }
    }

    private async Task<LabNode> StartNodeAsync(
        int number, Layout layout, string folder, IReadOnlyList<string> settings, Func<LabNetwork, CancellationToken, Task>? beforeAgent, CancellationToken ct)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"node{number}");
        var network = LabNetwork.Join($"{_name}-{name}", _fabric.Place(number), _fabric);
        try
        {
            if (beforeAgent is not null)
                await beforeAgent(network, ct);
        }
        catch
        {
            network.Dispose();
            throw;
        }

        return await LabNode.StartAsync($"{_name}-{name}", layout, network, Path.Combine(folder, name), [$"node.name={name}", .. settings], ct);
    }
}

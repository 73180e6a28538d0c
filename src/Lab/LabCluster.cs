using System.Globalization;
using System.Net;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab;

/// <summary>Nodes on one segment, each with its agent, and a machine for the servers that they share. Everything is removed on disposal, whatever happened; the folder is the caller's.</summary>
public sealed class LabCluster : IAsyncDisposable
{
    private readonly string _name;
    private readonly LabSegment _segment;
    private readonly List<LabNode> _nodes = [];

    private LabCluster(string name, LabSegment segment, NetworkNamespace store) => (_name, _segment, Store) = (name, segment, store);

    /// <summary>Where servers listen for the nodes.</summary>
    public static IPAddress StoreIPv4 { get; } = IPAddress.Parse("192.0.2.2");

    /// <summary>Where servers listen for the nodes.</summary>
    public static IPAddress StoreIPv6 { get; } = IPAddress.Parse("2001:db8::2");

    /// <summary>The machine of the servers.</summary>
    public NetworkNamespace Store { get; }

    /// <summary>The nodes, node1 first.</summary>
    public IReadOnlyList<LabNode> Nodes => _nodes;

    /// <summary>Builds the segment and the machine of the servers; no node yet.</summary>
    /// <param name="name">Prefix of every namespace; no other lab has it.</param>
    public static LabCluster Create(string name)
    {
        var segment = LabSegment.Create(name);
        NetworkNamespace? store = null;
        try
        {
            store = NetworkNamespace.Create($"{name}-store");
            segment.Attach(store, StoreIPv4, StoreIPv6);
            return new LabCluster(name, segment, store);
        }
        catch
        {
            store?.Delete();
            segment.Dispose();
            throw;
        }
    }

    /// <summary>Adds nodes, which are called node1, node2 and so on, and starts their agents at once.</summary>
    /// <param name="count">How many.</param>
    /// <param name="layout">Where the programs lie.</param>
    /// <param name="folder">Each node has a folder of its own in it.</param>
    /// <param name="settings">Further settings of every agent, each <c>key=value</c>.</param>
    /// <param name="ct">Gives up; nodes that run stay until disposal.</param>
    public async Task StartNodesAsync(int count, Layout layout, string folder, IReadOnlyList<string> settings, CancellationToken ct)
    {
        var (first, started) = (_nodes.Count + 1, new LabNode?[count]);
        try
        {
            await Task.WhenAll(Enumerable.Range(0, count).Select(async index => started[index] = await StartNodeAsync(first + index, layout, folder, settings, ct)));
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
        Store.Delete();
        _segment.Dispose();
    }

    private async Task<LabNode> StartNodeAsync(int number, Layout layout, string folder, IReadOnlyList<string> settings, CancellationToken ct)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"node{number}");
        var network = LabNetwork.Join($"{_name}-{name}", LabPlace.Of(number), _segment);
        return await LabNode.StartAsync($"{_name}-{name}", layout, network, Path.Combine(folder, name), [$"node.name={name}", .. settings], ct);
    }
}

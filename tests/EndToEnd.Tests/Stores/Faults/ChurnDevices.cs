using System.Collections.Concurrent;
using System.Globalization;
using System.Net.NetworkInformation;
using Cilium.Framework.Lab;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.EndToEnd.Tests.Stores.Faults;

/// <summary>A device that endpoints have one after the other.</summary>
/// <param name="Name">On the node.</param>
/// <param name="Outer">Its address on the node.</param>
/// <param name="Inner">Address of its other end.</param>
internal sealed record ChurnDevice(string Name, string Outer, string Inner);

/// <summary>Devices of a node; their other ends lie in one namespace with those of other nodes. The kernel needs longer for a device than an agent for an endpoint.</summary>
internal sealed class ChurnDevices
{
    private readonly ConcurrentQueue<ChurnDevice> _free = [];
    private readonly LabNode _node;
    private readonly NetworkNamespace _pods;
    private readonly int _nodeNumber;
    private int _count;

    /// <param name="node">The node.</param>
    /// <param name="pods">Where the other ends lie.</param>
    /// <param name="nodeNumber">No other node of the namespace has it; 0..255.</param>
    /// <param name="first">How many there are at once; more are made when they are needed.</param>
    public ChurnDevices(LabNode node, NetworkNamespace pods, int nodeNumber, int first)
    {
        (_node, _pods, _nodeNumber) = (node, pods, nodeNumber);
        for (var i = 0; i < first; i++)
            GiveBack(Make());
    }

    public ChurnDevice Take() => _free.TryDequeue(out var device) ? device : Make();

    public void GiveBack(ChurnDevice device) => _free.Enqueue(device);

    private ChurnDevice Make()
    {
        var number = Interlocked.Increment(ref _count);
        var name = string.Create(CultureInfo.InvariantCulture, $"churn{_nodeNumber}-{number}");
        var (outer, inner) = (Mac(0x0a, number), Mac(0x0e, number));
        using var netlink = RouteNetlink.Open(_node.Network.Node);
        netlink.CreateVeth(new VethPair { Name = name, Mac = outer, PeerName = name, PeerMac = inner, PeerNamespace = _pods });
        return new(name, Text(outer), Text(inner));
    }

    // Locally administered (IEEE 802).
    private PhysicalAddress Mac(byte first, int number) => new([first, 0, 0, (byte)_nodeNumber, (byte)(number >> 8), (byte)number]);

    private static string Text(PhysicalAddress mac) => string.Join(':', mac.GetAddressBytes().Select(octet => octet.ToString("x2", CultureInfo.InvariantCulture)));
}

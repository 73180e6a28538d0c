using System.Net;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Errors;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Targets;

/// <summary>Numbers of nodes in <c>cilium_tunnel</c>: addresses and connections name a node by its number.</summary>
/// <remarks>A number is given out again only when every other free one was: a packet that is on its way while a node goes may still hold it.</remarks>
internal sealed class TunnelIndex
{
    private readonly BpfMap<uint, TunnelValue> _map;
    private readonly Dictionary<IPAddress, uint> _numbers = [];
    private readonly Queue<uint> _freed = [];
    private uint _next = 1;

    /// <summary>Takes over the numbers that were given out before a restart.</summary>
    public TunnelIndex(BpfMap<uint, TunnelValue> map)
    {
        _map = map;
        var taken = new HashSet<uint>();
        foreach (var (number, value) in map.Entries())
        {
            if (number == 0 || value.Endpoint is not { } node)
                continue;
            _numbers.TryAdd(node, number);
            taken.Add(number);
            _next = Math.Max(_next, number + 1);
        }

        for (uint number = 1; number < _next; number++)
        {
            if (!taken.Contains(number))
                _freed.Enqueue(number);
        }
    }

    /// <summary>How many nodes have a number.</summary>
    public int Count => _numbers.Count;

    /// <summary>The number of the node that carries an address; written before it is told. 0: no node does.</summary>
    /// <exception cref="CiliumException"><see cref="ErrorKind.Invalid"/>: no address of a node. <see cref="ErrorKind.Exhausted"/>: no number is free.</exception>
    public uint Get(IpPrefix prefix, IPAddress? node)
    {
        if (node is null)
            return 0;
        if (_numbers.TryGetValue(node, out var known))
            return known;
        if (node.Equals(IPAddress.Any) || node.Equals(IPAddress.IPv6Any))
            throw new CiliumException(ErrorKind.Invalid, $"address {prefix}: its tunnel endpoint {node} is no address of a node. Name the node that carries it, or none.");
        var number = Take(prefix);
        _map.Set(number, TunnelValue.From(node));
        _numbers[node] = number;
        return number;
    }

    /// <summary>Frees the numbers that nobody uses.</summary>
    /// <param name="used">Numbers that entries of the ipcache name.</param>
    public void KeepOnly(IReadOnlySet<uint> used)
    {
        foreach (var (node, number) in _numbers.Where(entry => !used.Contains(entry.Value)).ToArray())
        {
            _map.Set(number, default);
            _numbers.Remove(node);
            _freed.Enqueue(number);
        }
    }

    private uint Take(IpPrefix prefix)
    {
        if (_next < _map.Kernel.MaxEntries)
            return _next++;
        return _freed.TryDequeue(out var number)
            ? number
            : throw new CiliumException(ErrorKind.Exhausted, $"address {prefix}: all {_map.Kernel.MaxEntries - 1} numbers of nodes behind the overlay are in use. Those of nodes that have gone are free again after the next clean-up (hourly).");
    }
}

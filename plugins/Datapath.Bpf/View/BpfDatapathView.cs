using System.Buffers.Binary;
using System.Net;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Datapath.Bpf.Programs;
using Cilium.Framework.Datapath.Bpf.Targets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.View;

/// <summary>Reads the pinned maps, whoever keeps them up to date.</summary>
internal sealed class BpfDatapathView(string bpffs) : IDatapathView
{
    private const byte Tcp = 6;
    private const int Reasons = 256;

    public ValueTask<IReadOnlyList<EndpointInfo>> ListEndpointsAsync(CancellationToken cancellationToken) => Read<EndpointInfo>(maps =>
        maps.Endpoints.Entries().Where(entry => entry.Value.IsPresent).OrderBy(entry => entry.Key).Select(entry => InfoOf(maps, (ushort)entry.Key, entry.Value)));

    public ValueTask<IReadOnlyList<PolicyEntryInfo>> ListPoliciesAsync(CancellationToken cancellationToken) => Read<PolicyEntryInfo>(maps =>
    {
        var slots = maps.PolicyHeaders.Entries().Where(entry => entry.Value.Slot != 0).ToDictionary(entry => entry.Value.Slot, entry => (Index: entry.Key, entry.Value.Subject));
        return maps.Policies.Entries()
            .Where(entry => slots.ContainsKey(entry.Key.Owner))
            .Select(entry =>
            {
                var (index, subject) = slots[entry.Key.Owner];
                var counter = maps.PolicyCounters.Get(entry.Key with { Owner = index });
                return new PolicyEntryInfo(new(subject), PolicyStore.EntryOf(entry.Key, entry.Value), counter.Packets, counter.Bytes);
            })
            .OrderBy(info => info.Subject).ThenBy(info => info.Entry.Key);
    });

    public ValueTask<IReadOnlyList<IpCacheRow>> ListIpCacheAsync(CancellationToken cancellationToken) => Read<IpCacheRow>(maps =>
        maps.IpCache.Entries().Concat(maps.IpCachePrefix.Entries())
            .Select(entry => new IpCacheRow(IpCacheTarget.PrefixOf(entry.Key), new(entry.Value.Identity), TunnelOf(entry.Value), IpCacheOrigin.Cidr))
            .OrderBy(row => row.Prefix));

    public ValueTask<IReadOnlyList<ConnectionInfo>> ListConnectionsAsync(CancellationToken cancellationToken) => Read<ConnectionInfo>(maps =>
    {
        using var clock = OpenClock();
        var now = clock.Now();
        // One that is moving may stand in both containers.
        return maps.Conntrack4.Entries().Concat(maps.Previous.Entries(previous => previous.Conntrack4)).DistinctBy(entry => entry.Key).Select(entry => Connection(entry.Key.Proto, AddressOf(entry.Key.Address0), AddressOf(entry.Key.Address1), entry.Key.Port0, entry.Key.Port1, entry.Value, now))
            .Concat(maps.Conntrack6.Entries().Concat(maps.Previous.Entries(previous => previous.Conntrack6)).DistinctBy(entry => entry.Key).Select(entry => Connection(entry.Key.Proto, AddressOf(entry.Key.Address0), AddressOf(entry.Key.Address1), entry.Key.Port0, entry.Key.Port1, entry.Value, now)));
    });

    public ValueTask<IReadOnlyList<MetricInfo>> ListMetricsAsync(CancellationToken cancellationToken) => Read<MetricInfo>(maps =>
        from reason in Enumerable.Range(0, Reasons)
        from direction in new[] { TrafficDirection.Ingress, TrafficDirection.Egress }
        let metric = maps.Metrics.Get((uint)((reason * 2) + (int)direction))
        where metric.Packets > 0
        select new MetricInfo((DropReason)reason, direction, metric.Packets, metric.Bytes));

    private static EndpointInfo InfoOf(MapSet maps, ushort id, EndpointValue endpoint) => new(
        id, (int)endpoint.IfIndex, endpoint.Identity,
        endpoint.Ipv4 == 0 ? null : AddressOf(endpoint.Ipv4),
        endpoint.Ipv6.IsZero ? null : AddressOf(endpoint.Ipv6),
        MacAddress.FromBytes(endpoint.Mac),
        endpoint.Policy != 0 && maps.PolicyHeaders.Get(endpoint.Policy).Slot != 0);

    private static ConnectionInfo Connection(byte proto, IPAddress address0, IPAddress address1, ushort port0, ushort port1, in ConntrackValue value, uint now)
    {
        var second = value.InitiatorIsSecond;
        return new(
            (IpProtocol)proto,
            second ? address1 : address0, BinaryPrimitives.ReverseEndianness(second ? port1 : port0),
            second ? address0 : address1, BinaryPrimitives.ReverseEndianness(second ? port0 : port1),
            new(value.Initiator.Identity), new(value.Responder.Identity),
            StateOf(proto, value.Flags),
            KernelClock.Seconds((int)(value.Expires - now)),
            value.Verdict,
            RuleOf(value.Initiator), RuleOf(value.Responder));
    }

    // An end on another node has the number of that node there.
    private static RuleCookie RuleOf(ConntrackSide side) => side.Endpoint == 0 ? default : new(side.Cookie);

    private static string StateOf(byte proto, ConntrackFlags flags)
    {
        if (proto != Tcp)
            return "open";
        if ((flags & ConntrackFlags.Closed) != 0)
            return (flags & ConntrackFlags.Closed) == ConntrackFlags.Closed ? "closed" : "closing";
        return flags.HasFlag(ConntrackFlags.Established) ? "established" : "syn";
    }

    private static IPAddress AddressOf(uint word) => new WireAddress { Word0 = word }.ToIPAddress(WireAddress.FamilyIPv4)!;

    private static IPAddress AddressOf(WireAddress address) => address.ToIPAddress(WireAddress.FamilyIPv6)!;

    private static IPAddress? TunnelOf(IpCacheValue value)
    {
        if (value.TunnelEndpoint != 0)
            return AddressOf(value.TunnelEndpoint);
        return value.TunnelEndpoint6.IsZero ? null : AddressOf(value.TunnelEndpoint6);
    }

    private KernelClock OpenClock() => new(BpfDescriptor.OpenPinned(ProgramSet.PinOf(bpffs, ProgramSet.Clock))
        ?? throw new Errors.CiliumException(Errors.ErrorKind.Internal, $"The program {ProgramSet.Clock} is not pinned under {bpffs} although maps are. Start the agent once, or run `cilium cleanup`."));

    private ValueTask<IReadOnlyList<T>> Read<T>(Func<MapSet, IEnumerable<T>> list)
    {
        if (!MapSet.Exists(bpffs))
            return new([]);
        using var maps = MapSet.OpenForReading(bpffs);
        return new([.. list(maps)]);
    }
}

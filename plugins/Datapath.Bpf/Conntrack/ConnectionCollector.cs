using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Datapath.Bpf.Programs;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary>Removes connections that have expired, and counts what they had not reported.</summary>
internal sealed class ConnectionCollector(MapSet maps, KernelClock clock, BpfDescriptor collectProgram)
{
    /// <summary>A connection goes a moment after it has expired: a program that found it just before is done with it by then.</summary>
    private const uint GraceTicks = 1;

    private const int RequestOffset = 64;
    private const int BytesBits = 40;
    private const byte Tcp = 6;
    private const byte Udp = 17;

    /// <returns>How full it was, and how full it is now.</returns>
    public ConnectionPressure Collect()
    {
        var amounts = new Dictionary<PolicyEntryKey, PolicyCounter>();
        var policies = new Dictionary<ushort, uint>();
        var deadline = clock.Now() - GraceTicks;
        maps.Previous.ForEach(previous =>
        {
            previous.Conntrack4.Remove((_, value) => IsPast(value.Expires, deadline), (key, value) => Add(amounts, policies, value, key));
            previous.Conntrack6.Remove((_, value) => IsPast(value.Expires, deadline), (key, value) => Add(amounts, policies, value, key));
        });
        var (seen4, removed4) = maps.Conntrack4.Remove((_, value) => IsPast(value.Expires, deadline), (key, value) => Add(amounts, policies, value, key));
        var (seen6, removed6) = maps.Conntrack6.Remove((_, value) => IsPast(value.Expires, deadline), (key, value) => Add(amounts, policies, value, key));
        Report(amounts);
        maps.Conntrack4.FreeAbandoned();
        maps.Conntrack6.FreeAbandoned();
        return new(new(seen4, removed4, maps.Conntrack4.Capacity), new(seen6, removed6, maps.Conntrack6.Capacity), maps.IsTable);
    }

    /// <summary>Counts what connections have not reported that are in an old container for good: they had ended, or found no room.</summary>
    public void CountWhatStays(PreviousConnections previous)
    {
        var amounts = new Dictionary<PolicyEntryKey, PolicyCounter>();
        var policies = new Dictionary<ushort, uint>();
        foreach (var (key, value) in previous.Conntrack4.Entries())
            Add(amounts, policies, value, key);
        foreach (var (key, value) in previous.Conntrack6.Entries())
            Add(amounts, policies, value, key);
        Report(amounts);
    }

    private static bool IsPast(uint moment, uint now) => (int)(now - moment) >= 0;

    private void Add(Dictionary<PolicyEntryKey, PolicyCounter> amounts, Dictionary<ushort, uint> policies, in ConntrackValue value, ConntrackKey4 key) =>
        Add(amounts, policies, value, key.Proto, value.InitiatorIsSecond ? key.Port0 : key.Port1);

    private void Add(Dictionary<PolicyEntryKey, PolicyCounter> amounts, Dictionary<ushort, uint> policies, in ConntrackValue value, ConntrackKey6 key) =>
        Add(amounts, policies, value, key.Proto, value.InitiatorIsSecond ? key.Port0 : key.Port1);

    private void Add(Dictionary<PolicyEntryKey, PolicyCounter> amounts, Dictionary<ushort, uint> policies, in ConntrackValue value, byte proto, ushort responderPort)
    {
        if (value.Unreported == 0)
            return;
        var port = proto is Tcp or Udp ? responderPort : (ushort)0;
        var amount = new PolicyCounter { Packets = value.Unreported >> BytesBits, Bytes = value.Unreported & ((1UL << BytesBits) - 1) };
        AddSide(amounts, policies, value.Initiator, value.Responder.Identity, TrafficDirection.Egress, proto, port, amount);
        AddSide(amounts, policies, value.Responder, value.Initiator.Identity, TrafficDirection.Ingress, proto, port, amount);
    }

    private void AddSide(
        Dictionary<PolicyEntryKey, PolicyCounter> amounts, Dictionary<ushort, uint> policies, in ConntrackSide side, uint remote, TrafficDirection direction, byte proto, ushort port, PolicyCounter amount)
    {
        if (side.Endpoint == 0)
            return;
        if (!policies.TryGetValue(side.Endpoint, out var policy))
            policies[side.Endpoint] = policy = maps.Endpoints.Get(side.Endpoint).Policy;
        if (policy == 0)
            return;
        // As policy_key_shape of bpf/lib/policy.h: exact, identity, port, all.
        var (namesIdentity, namesPort) = (side.Shape is 0 or 1, side.Shape is 0 or 2);
        var key = new PolicyEntryKey
        {
            Owner = policy,
            Identity = namesIdentity ? remote : 0,
            Port = namesPort ? port : (ushort)0,
            Proto = namesPort ? proto : (byte)0,
            Direction = (byte)direction,
        };
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(amounts, key, out _);
        sum.Packets += amount.Packets;
        sum.Bytes += amount.Bytes;
    }

    private void Report(Dictionary<PolicyEntryKey, PolicyCounter> amounts)
    {
        foreach (var (key, amount) in amounts)
            Report(key, amount);
    }

    private void Report(PolicyEntryKey key, PolicyCounter amount)
    {
        var request = new CollectRequest { Key = key, Amount = amount };
        var frame = new byte[RequestOffset + Unsafe.SizeOf<CollectRequest>()];
        MemoryMarshal.Write(frame.AsSpan(RequestOffset), in request);
        TestRun.Once(collectProgram, frame, default);
    }
}

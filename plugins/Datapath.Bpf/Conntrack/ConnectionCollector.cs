using System.Runtime.InteropServices;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Datapath.Bpf.Programs;

namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary>Removes connections that have expired, a batch at a time, and counts what they had not reported.</summary>
internal sealed class ConnectionCollector(MapSet maps, KernelClock clock, BpfDescriptor collectProgram)
{
    private const int RequestOffset = 64;
    private const int BytesBits = 40;
    private const byte Tcp = 6;
    private const byte Udp = 17;

    /// <returns>How many were removed.</returns>
    public int Collect() =>
        Collect(maps.Conntrack4, key => (key.Proto, key.Port0, key.Port1)) + Collect(maps.Conntrack6, key => (key.Proto, key.Port0, key.Port1));

    private int Collect<TKey>(BpfMap<TKey, ConntrackValue> map, Func<TKey, (byte Proto, ushort Port0, ushort Port1)> transport)
        where TKey : unmanaged
    {
        var collected = 0;
        foreach (var batch in map.Batches())
        {
            var now = clock.Now();
            var expired = batch.Where(entry => (int)(now - entry.Value.Expires) >= 0).ToArray();
            if (expired.Length == 0)
                continue;
            map.RemoveMany(expired.Select(entry => entry.Key).ToArray());
            collected += expired.Length;
            foreach (var (key, value) in expired.Where(entry => entry.Value.Unreported != 0))
            {
                var (proto, port0, port1) = transport(key);
                Report(value, proto, value.InitiatorIsSecond ? port0 : port1);
            }
        }

        return collected;
    }

    private void Report(in ConntrackValue value, byte proto, ushort responderPort)
    {
        var port = proto is Tcp or Udp ? responderPort : (ushort)0;
        var amount = new PolicyCounter { Packets = value.Unreported >> BytesBits, Bytes = value.Unreported & ((1UL << BytesBits) - 1) };
        Add(value.Initiator, value.Responder.Identity, Rows.TrafficDirection.Egress, proto, port, amount);
        Add(value.Responder, value.Initiator.Identity, Rows.TrafficDirection.Ingress, proto, port, amount);
    }

    private void Add(in ConntrackSide side, uint remote, Rows.TrafficDirection direction, byte proto, ushort port, PolicyCounter amount)
    {
        if (side.Endpoint == 0 || maps.Endpoints.Get(side.Endpoint) is not { IsPresent: true } endpoint)
            return;
        // As policy_key_shape of bpf/lib/policy.h: exact, identity, port, all.
        var (namesIdentity, namesPort) = (side.Shape is 0 or 1, side.Shape is 0 or 2);
        var request = new CollectRequest
        {
            Key = new PolicyEntryKey
            {
                Owner = endpoint.Policy,
                Identity = namesIdentity ? remote : 0,
                Port = namesPort ? port : (ushort)0,
                Proto = namesPort ? proto : (byte)0,
                Direction = (byte)direction,
            },
            Amount = amount,
        };
        var frame = new byte[RequestOffset + Marshal.SizeOf<CollectRequest>()];
        MemoryMarshal.Write(frame.AsSpan(RequestOffset), in request);
        TestRun.Once(collectProgram, frame, default);
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Datapath.Bpf.Programs;

namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary>Runs the program that puts a connection into the table of our own (bpf/insert.c).</summary>
internal sealed class ConnectionInsert(BpfDescriptor program)
{
    private const int RequestOffset = 64;

    /// <returns>False when both sets where the key may stand are full of connections that live.</returns>
    public bool Try<TKey>(TKey key, in ConntrackValue value)
        where TKey : unmanaged
    {
        var request = new InsertRequest { Family = key is ConntrackKey4 ? WireAddress.FamilyIPv4 : WireAddress.FamilyIPv6, Value = value };
        Unsafe.As<ConntrackKey6, TKey>(ref request.Key) = key;
        var frame = new byte[RequestOffset + Unsafe.SizeOf<InsertRequest>()];
        MemoryMarshal.Write(frame.AsSpan(RequestOffset), in request);
        return TestRun.Once(program, frame, default).ReturnValue == 0;
    }
}

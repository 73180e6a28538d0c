using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Datapath.Bpf.Programs;

namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary>What the agent does to connections by programs, because only they can do it without a packet coming in between.</summary>
/// <param name="insert">bpf/insert.c.</param>
/// <param name="remove">bpf/remove.c.</param>
internal sealed class ConnectionPrograms(BpfDescriptor insert, BpfDescriptor remove)
{
    private const int RequestOffset = 64;
    private const uint Removed = 0;
    private const uint Busy = 2;

    // A verdict is replaced in less than a microsecond; whoever meets that so often meets something else.
    private const int Tries = 1000;

    /// <summary>Puts a connection into the table of our own.</summary>
    /// <returns>False when both sets where the key may stand are full of connections that live.</returns>
    public bool TryInsert<TKey>(TKey key, in ConntrackValue value)
        where TKey : unmanaged
    {
        var request = new InsertRequest { Family = FamilyOf(key), Value = value };
        Unsafe.As<ConntrackKey6, TKey>(ref request.Key) = key;
        return Run(insert, request) == 0;
    }

    /// <summary>Takes a connection out of the kernel's hash.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="state">In which it was when the caller decided that it goes.</param>
    /// <returns>False when it was gone, or another connection stands there by now.</returns>
    public bool TryRemove<TKey>(TKey key, uint state)
        where TKey : unmanaged
    {
        var request = new RemoveRequest { Family = FamilyOf(key), State = state };
        Unsafe.As<ConntrackKey6, TKey>(ref request.Key) = key;
        for (var i = 0; i < Tries; i++)
        {
            if (Run(remove, request) is not Busy and var result)
                return result == Removed;
        }

        return false;
    }

    private static uint FamilyOf<TKey>(TKey key) => key is ConntrackKey4 ? WireAddress.FamilyIPv4 : WireAddress.FamilyIPv6;

    private static uint Run<TRequest>(BpfDescriptor program, in TRequest request)
        where TRequest : unmanaged
    {
        Span<byte> frame = stackalloc byte[RequestOffset + Unsafe.SizeOf<TRequest>()];
        MemoryMarshal.Write(frame[RequestOffset..], in request);
        return TestRun.Once(program, frame, default).ReturnValue;
    }
}

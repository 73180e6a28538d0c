using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Native;

/// <summary>The values of an array map, mapped into memory.</summary>
internal sealed unsafe class MappedMemory : IDisposable
{
    private readonly nuint _length;

    public MappedMemory(BpfDescriptor map, nuint length, bool writable)
    {
        _length = length;
        var address = LibC.Map(0, length, LibC.ReadProtection | (writable ? LibC.WriteProtection : 0), LibC.Shared, map.Value, 0);
        if (address == LibC.MapFailed)
            throw BpfErrors.Failed(-Marshal.GetLastPInvokeError(), $"map {length} bytes of a BPF array into memory");
        Start = (byte*)address;
    }

    public byte* Start { get; private set; }

    public void Dispose()
    {
        if (Start == null)
            return;
        _ = LibC.Unmap((nint)Start, _length);
        Start = null;
    }
}

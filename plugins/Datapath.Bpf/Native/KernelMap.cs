using System.Text;

namespace Cilium.Framework.Datapath.Bpf.Native;

/// <summary>What the kernel says about a map.</summary>
/// <param name="Id">Number, unique while it exists.</param>
/// <param name="KeySize">Bytes of a key.</param>
/// <param name="ValueSize">Bytes of a value.</param>
/// <param name="MaxEntries">Entries that it can hold; bytes, of a ring buffer.</param>
/// <param name="Name">Name, at most 15 characters.</param>
internal readonly record struct KernelMap(uint Id, int KeySize, int ValueSize, uint MaxEntries, string Name)
{
    private const int InfoBytes = 256;
    private const int NameOffset = 24, NameBytes = 16;

    public static unsafe KernelMap Of(int descriptor)
    {
        var info = stackalloc uint[InfoBytes / sizeof(uint)];
        new Span<byte>(info, InfoBytes).Clear();
        uint length = InfoBytes;
        var result = LibBpf.GetInfo(descriptor, info, &length);
        if (result < 0)
            throw BpfErrors.Failed(result, "read a map's description");
        return new(info[1], (int)info[2], (int)info[3], info[4], Encoding.UTF8.GetString((byte*)info + NameOffset, NameBytes).TrimEnd('\0'));
    }

    /// <summary>The map of a number; null when it is gone, or without CAP_SYS_ADMIN.</summary>
    public static KernelMap? WithId(uint id)
    {
        var descriptor = LibBpf.GetMapById(id);
        if (descriptor < 0)
            return null;
        using var owned = new BpfDescriptor(descriptor);
        return Of(descriptor);
    }
}

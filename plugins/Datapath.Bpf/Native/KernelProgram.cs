namespace Cilium.Framework.Datapath.Bpf.Native;

/// <summary>What the kernel says about a loaded program.</summary>
/// <param name="Id">Number, unique while it is loaded.</param>
/// <param name="Tag">Digest of its instructions.</param>
/// <param name="Name">Name, at most 15 characters.</param>
internal readonly record struct KernelProgram(uint Id, ulong Tag, string Name)
{
    private const int InfoBytes = 256;

    public static unsafe KernelProgram Of(int descriptor)
    {
        var info = stackalloc byte[InfoBytes];
        new Span<byte>(info, InfoBytes).Clear();
        uint length = InfoBytes;
        var result = LibBpf.GetInfo(descriptor, info, &length);
        if (result < 0)
            throw BpfErrors.Failed(result, "read a program's description");
        return new(*(uint*)(info + 4), *(ulong*)(info + 8), System.Text.Encoding.UTF8.GetString(info + 64, 16).TrimEnd('\0'));
    }

    /// <summary>The program of a number; null when it is gone.</summary>
    public static KernelProgram? WithId(uint id)
    {
        var descriptor = LibBpf.GetProgramById(id);
        if (descriptor < 0)
            return null;
        using var owned = new BpfDescriptor(descriptor);
        return Of(descriptor);
    }
}

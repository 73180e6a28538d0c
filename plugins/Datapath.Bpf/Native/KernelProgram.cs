namespace Cilium.Framework.Datapath.Bpf.Native;

/// <summary>What the kernel says about a loaded program.</summary>
/// <param name="Id">Number, unique while it is loaded.</param>
/// <param name="Tag">Digest of its instructions.</param>
/// <param name="Name">Name, at most 15 characters.</param>
/// <param name="Maps">Numbers of the maps that it uses.</param>
internal sealed record KernelProgram(uint Id, ulong Tag, string Name, IReadOnlySet<uint> Maps)
{
    private const int InfoBytes = 256;
    private const int NameOffset = 64, NameBytes = 16;
    private const int MapCountOffset = 52, MapIdsOffset = 56;

    /// <summary>Maps per program that the kernel allows (MAX_USED_MAPS).</summary>
    private const int MapsAtMost = 64;

    public static unsafe KernelProgram Of(int descriptor)
    {
        var info = stackalloc byte[InfoBytes];
        new Span<byte>(info, InfoBytes).Clear();
        var maps = stackalloc uint[MapsAtMost];
        *(uint*)(info + MapCountOffset) = MapsAtMost;
        *(ulong*)(info + MapIdsOffset) = (ulong)maps;
        uint length = InfoBytes;
        var result = LibBpf.GetInfo(descriptor, info, &length);
        if (result < 0)
            throw BpfErrors.Failed(result, "read a program's description");
        var count = (int)Math.Min(*(uint*)(info + MapCountOffset), MapsAtMost);
        return new(
            *(uint*)(info + 4), *(ulong*)(info + 8),
            System.Text.Encoding.UTF8.GetString(info + NameOffset, NameBytes).TrimEnd('\0'),
            new ReadOnlySpan<uint>(maps, count).ToArray().ToHashSet());
    }

    /// <summary>The program of a number; null when it is gone, or without CAP_SYS_ADMIN.</summary>
    public static KernelProgram? WithId(uint id)
    {
        var descriptor = LibBpf.GetProgramById(id);
        if (descriptor < 0)
            return null;
        using var owned = new BpfDescriptor(descriptor);
        return Of(descriptor);
    }

    /// <summary>True when it uses a map of this name.</summary>
    /// <param name="map">At most 15 characters: more the kernel does not keep.</param>
    public bool Uses(string map) => Maps.Any(id => KernelMap.WithId(id)?.Name == map);
}

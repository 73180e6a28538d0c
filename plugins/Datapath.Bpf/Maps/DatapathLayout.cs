using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary>What lies where in everything that is pinned. Structs of equal size with other fields would be taken for each other; the number tells them apart.</summary>
internal static class DatapathLayout
{
    /// <summary>Grows with every change of a struct that is pinned.</summary>
    public const uint Version = 1;

    /// <summary>Of the structs of this version; a test computes it again and tells what to do when it is another one.</summary>
    public const string Digest = "2B1D5C8C2471A0B5";

    /// <summary>Refuses state of another layout, before anything is loaded on top of it.</summary>
    /// <exception cref="CiliumException"><see cref="ErrorKind.Conflict"/>: it was made by another version.</exception>
    public static void RefuseOthers(string bpffs)
    {
        if (Pinned(bpffs) is { } layout and not (0 or Version))
            throw new CiliumException(ErrorKind.Conflict, $"The state that is pinned under {bpffs} has layout {layout}; this version reads layout {Version}. Start the version that made it, or run `cilium cleanup --force` (open connections are judged anew), then start again.");
    }

    /// <summary>Marks state that has just been made.</summary>
    public static void Mark(BpfMap<uint, RevisionValue> revision)
    {
        var value = revision.Get(0);
        if (value.Layout == 0)
            revision.Set(0, value with { Layout = Version });
    }

    private static unsafe uint? Pinned(string bpffs)
    {
        using var map = BpfDescriptor.OpenPinned(Path.Combine(bpffs, "cilium_revision"));
        if (map is null || KernelMap.Of(map.Value).ValueSize != sizeof(RevisionValue))
            return null;
        RevisionValue value;
        uint zero = 0;
        return LibBpf.Lookup(map, &zero, &value) == 0 ? value.Layout : null;
    }
}

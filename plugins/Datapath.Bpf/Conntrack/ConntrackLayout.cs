using Cilium.Framework.Datapath.Bpf.Programs;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary>What lies where in everything that holds connections (bpf/lib/conntrack_layout.h). The programs say its number; connections of older layouts are moved.</summary>
internal static class ConntrackLayout
{
    /// <summary>Of the structs of this version; a test computes it again and tells what to do when it is another one.</summary>
    public const string Digest = "16CA1ACBB103D14B";

    /// <summary>The layout of which compiled programs keep connections.</summary>
    /// <param name="objects">Their folder.</param>
    public static uint Of(string objects)
    {
        using var opened = ProgramLoader.OpenObject(objects, ProgramSet.Insert, objects);
        return opened.Constants().ConntrackLayout;
    }

    /// <summary>Refuses connections that a newer version has pinned, before anything is loaded on top of them.</summary>
    /// <exception cref="CiliumException"><see cref="ErrorKind.Conflict"/>: their layout has a higher number.</exception>
    public static void RefuseNewer(string bpffs, uint layout)
    {
        foreach (var folder in (string[])[bpffs, .. ConntrackPins.Previous(bpffs)])
        {
            if (ConntrackShape.Pinned(folder) is { } pinned && pinned.Layout > layout)
                throw new CiliumException(ErrorKind.Conflict, $"The connections that are pinned under {folder} have layout {pinned.Layout}; this version reads layouts up to {layout}. Start the version that made them or a newer one, or run `cilium cleanup --force` (open connections are judged anew), then start again.");
        }
    }
}

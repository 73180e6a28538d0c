using System.Globalization;
using Cilium.Framework.Datapath.Bpf.Native;

namespace Cilium.Framework.Datapath.Bpf.Programs;

/// <summary>Which programs are ours: those that are pinned, and those that were before another build took their place.</summary>
/// <remarks>To open a program by its number takes CAP_SYS_ADMIN, which an agent does not have. It compares numbers with those of what it can open by path.</remarks>
internal static class OwnPrograms
{
    private const string Replaced = "_was_";

    /// <summary>Only our programs use a map of this name, and each of them does.</summary>
    private const string OurMap = "cilium_local";

    /// <summary>The program of a number; null when it is none of ours.</summary>
    public static KernelProgram? Find(string bpffs, uint id) => Pinned(bpffs).FirstOrDefault(program => program.Id == id) ?? FindWithoutPin(id);

    /// <summary>Keeps the program that is pinned at a path known when another takes its place there: devices may still have it.</summary>
    public static void KeepKnown(string pin)
    {
        using var pinned = BpfDescriptor.OpenPinned(pin);
        if (pinned is null)
            return;
        var path = string.Create(CultureInfo.InvariantCulture, $"{pin}{Replaced}{KernelProgram.Of(pinned.Value).Id}");
        if (File.Exists(path))
            return;
        var result = LibBpf.Pin(pinned.Value, path);
        if (result < 0)
            throw BpfErrors.Failed(result, $"pin {path}");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>Some programs have been replaced and are still held.</summary>
    public static bool HasReplaced(string bpffs) => ReplacedPins(bpffs).Length > 0;

    /// <summary>Lets go of replaced programs that no device has any more.</summary>
    /// <param name="bpffs">Where programs are pinned.</param>
    /// <param name="attached">Numbers of the programs that devices have.</param>
    public static void ForgetReplaced(string bpffs, IReadOnlySet<uint> attached)
    {
        foreach (var pin in ReplacedPins(bpffs))
        {
            if (!uint.TryParse(pin[(pin.LastIndexOf(Replaced, StringComparison.Ordinal) + Replaced.Length)..], CultureInfo.InvariantCulture, out var id) || !attached.Contains(id))
                File.Delete(pin);
        }
    }

    private static IEnumerable<KernelProgram> Pinned(string bpffs)
    {
        foreach (var pin in ProgramSet.Attached.Select(name => ProgramSet.PinOf(bpffs, name)).Concat(ReplacedPins(bpffs)))
        {
            using var pinned = BpfDescriptor.OpenPinned(pin);
            if (pinned is not null)
                yield return KernelProgram.Of(pinned.Value);
        }
    }

    private static string[] ReplacedPins(string bpffs) => Directory.Exists(bpffs) ? Directory.GetFiles(bpffs, $"prog_*{Replaced}*") : [];

    // A clean-up has every capability, and may meet filters whose pins were taken away. Others have programs of these names, too; none of them has our map.
    private static KernelProgram? FindWithoutPin(uint id) =>
        KernelProgram.WithId(id) is { } program && ProgramSet.Attached.Contains(program.Name) && program.Uses(OurMap) ? program : null;
}

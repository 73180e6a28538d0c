using System.Globalization;

namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary>
/// The pins of containers of connections: those in use beside all others, older ones in folders of their own. Every step is one rename, so that whoever is killed
/// in between leaves what the next process goes on with.
/// </summary>
internal static class ConntrackPins
{
    /// <summary>What all folders begin with.</summary>
    public const string Prefix = "conntrack_";

    /// <summary>Being filled.</summary>
    private const string Leaving = Prefix + "leaving";

    /// <summary>Connections move from there; the highest number was in use last.</summary>
    private const string PreviousPrefix = Prefix + "previous_";

    /// <summary>Being emptied.</summary>
    private const string DroppedPrefix = Prefix + "dropped_";

    private const string Lock = "cilium_ct_lock";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly string[] Names = [ConntrackShape.Hash4, ConntrackShape.Hash6, ConntrackShape.Sets4, ConntrackShape.Sets6, ConntrackShape.Tags4, ConntrackShape.Tags6, Lock, ConntrackShape.Info];

    /// <summary>Folders of containers from which connections still move, the one used last first.</summary>
    public static IReadOnlyList<string> Previous(string bpffs) =>
        Directory.Exists(bpffs) ? [.. Directory.GetDirectories(bpffs, PreviousPrefix + "*").OrderByDescending(NumberOf)] : [];

    /// <summary>True from the first step of setting a container apart to the last of forgetting it.</summary>
    public static bool AreMoving(string bpffs) => Directory.GetDirectories(bpffs, Prefix + "*").Length > 0;

    /// <summary>Finishes what a process before this one has begun.</summary>
    public static void Finish(string bpffs)
    {
        if (Directory.Exists(Path.Combine(bpffs, Leaving)))
            SetApart(bpffs);
        foreach (var folder in Directory.GetDirectories(bpffs, DroppedPrefix + "*"))
            Delete(folder);
    }

    /// <summary>Sets the container in use apart; programs that use it go on.</summary>
    public static void SetApart(string bpffs)
    {
        var folder = Path.Combine(bpffs, Leaving);
        Directory.CreateDirectory(folder, OwnerOnly);
        foreach (var name in Names)
        {
            var pin = Path.Combine(bpffs, name);
            if (File.Exists(pin))
                File.Move(pin, Path.Combine(folder, name), overwrite: true);
        }

        var number = Previous(bpffs).Select(NumberOf).FirstOrDefault() + 1;
        Directory.Move(folder, Path.Combine(bpffs, PreviousPrefix + number.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>Forgets a container whose connections have moved; its memory lives as long as a program uses it.</summary>
    /// <param name="folder">Of <see cref="Previous"/>.</param>
    public static void Drop(string folder)
    {
        var dropped = Path.Combine(Path.GetDirectoryName(folder)!, DroppedPrefix + NumberOf(folder).ToString(CultureInfo.InvariantCulture));
        Directory.Move(folder, dropped);
        Delete(dropped);
    }

    /// <summary>Takes the pins of the container in use away, in which nothing was kept yet.</summary>
    public static void DeleteUnused(string bpffs)
    {
        foreach (var name in Names)
            File.Delete(Path.Combine(bpffs, name));
    }

    /// <summary>Takes every folder away.</summary>
    /// <returns>A line for each pin.</returns>
    public static IEnumerable<string> RemoveAll(string bpffs) => Directory.GetDirectories(bpffs, Prefix + "*").SelectMany(Delete).ToArray();

    private static int NumberOf(string folder) => int.TryParse(folder[(folder.LastIndexOf('_') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static string[] Delete(string folder)
    {
        var pins = Directory.GetFiles(folder);
        foreach (var pin in pins)
            File.Delete(pin);
        Directory.Delete(folder);
        return [.. pins.Select(pin => $"pin {pin}")];
    }
}

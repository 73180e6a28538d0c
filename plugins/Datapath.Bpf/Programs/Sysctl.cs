using System.Globalization;

namespace Cilium.Framework.Datapath.Bpf.Programs;

/// <summary>Kernel settings of the network namespace of this thread.</summary>
internal static class Sysctl
{
    private const string Root = "/proc/sys/net";

    /// <summary>Lets packets of a device through the stack: forwarding on, no reverse path filter of its own.</summary>
    public static void Open(string device)
    {
        WriteIfPresent($"ipv4/conf/{device}/rp_filter", 0);
        WriteIfPresent($"ipv4/conf/{device}/forwarding", 1);
        WriteIfPresent($"ipv6/conf/{device}/force_forwarding", 1);
    }

    /// <summary>The value; null where the kernel has no such setting.</summary>
    public static int? Read(string name)
    {
        var path = Path.Combine(Root, name);
        return File.Exists(path) && int.TryParse(File.ReadAllText(path), NumberStyles.Integer | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var value) ? value : null;
    }

    public static bool WriteIfPresent(string name, int value)
    {
        if (Read(name) is not { } current)
            return false;
        if (current != value)
            File.WriteAllText(Path.Combine(Root, name), value.ToString(CultureInfo.InvariantCulture));
        return true;
    }
}

using System.Globalization;

namespace Cilium.Framework.Datapath.Bpf.Programs;

/// <summary>Kernel settings of the network namespace of this thread.</summary>
internal static class Sysctl
{
    private const string Root = "/proc/sys/net";

    /// <summary>Lets packets of a device through the stack: forwarding on, no reverse path filter of its own.</summary>
    /// <param name="device">The device.</param>
    public static void Open(string device) => Open(device, (name, value) => WriteIfPresent(name, value));

    /// <summary>The same of a device that is not ours, and stays when we go.</summary>
    /// <param name="device">The device.</param>
    /// <param name="changed">Keeps what the settings were.</param>
    public static void Open(string device, ChangedSysctls changed) => Open(device, changed.Write);

    /// <summary>The value; null where the kernel has no such setting.</summary>
    public static int? Read(string name)
    {
        var path = Path.Combine(Root, name);
        return IfPresent<int?>(
            () => File.Exists(path) && int.TryParse(File.ReadAllText(path), NumberStyles.Integer | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var value) ? value : null);
    }

    /// <returns>False: the kernel has no such setting.</returns>
    public static bool WriteIfPresent(string name, int value) => Read(name) is { } current && IfPresent(() =>
    {
        if (current != value)
            File.WriteAllText(Path.Combine(Root, name), value.ToString(CultureInfo.InvariantCulture));
        return true;
    });

    private static void Open(string device, Action<string, int> write)
    {
        write($"ipv4/conf/{device}/rp_filter", 0);
        write($"ipv4/conf/{device}/forwarding", 1);
        write($"ipv6/conf/{device}/force_forwarding", 1);
    }

    /// <summary>A device, and its settings with it, may go at any moment.</summary>
    private static T? IfPresent<T>(Func<T> access)
    {
        try
        {
            return access();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return default;
        }
    }
}

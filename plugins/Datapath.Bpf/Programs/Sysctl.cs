using System.Buffers.Text;
using System.Globalization;
using System.Text;

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
    public static int? Read(string name) => IfPresent<int?>(() =>
    {
        using var setting = File.OpenHandle(Path.Combine(Root, name));
        Span<byte> text = stackalloc byte[32];
        return Utf8Parser.TryParse(text[..RandomAccess.Read(setting, text, 0)], out int value, out _) ? value : null;
    });

    /// <returns>False: the kernel has no such setting.</returns>
    public static bool WriteIfPresent(string name, int value) => Read(name) is { } current && IfPresent(() =>
    {
        if (current == value)
            return true;
        using var setting = File.OpenHandle(Path.Combine(Root, name), access: FileAccess.Write, share: FileShare.ReadWrite);
        RandomAccess.Write(setting, Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture)), 0);
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

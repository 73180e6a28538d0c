using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab;

/// <summary>Kernel settings of one network namespace.</summary>
public static class Sysctl
{
    /// <summary>Sets one.</summary>
    /// <param name="networkNamespace">Whose setting.</param>
    /// <param name="key">Path below /proc/sys, which begins with net/.</param>
    /// <param name="value">New value.</param>
    public static void Write(NetworkNamespace networkNamespace, string key, string value) =>
        // /proc/sys/net shows the namespace of the reading thread.
        networkNamespace.Run(() => File.WriteAllText("/proc/sys/" + key, value));
}

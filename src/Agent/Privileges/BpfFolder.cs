using Cilium.Framework.Configuration;
using Cilium.Framework.Plugins;

namespace Cilium.Framework.Agent.Privileges;

/// <summary>Where the datapath <c>bpf</c> keeps maps and programs. Mounting takes CAP_SYS_ADMIN, so it is done before the agent gives that up and before a plugin is loaded.</summary>
internal static unsafe class BpfFolder
{
    /// <summary>By this name in the list of mounts a clean-up knows that the mount is ours; the plugin and deploy/systemd use it, too.</summary>
    private const string Source = "cilium-framework";

    /// <summary>BPF_FS_MAGIC of linux/magic.h.</summary>
    private const int Magic = unchecked((int)0xcafe4a11);

    /// <summary>Longer than struct statfs.</summary>
    private const int StatWords = 16;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The configured folder, or the plugin's own default; null when another datapath is chosen.</summary>
    public static string? Of(LoadedConfiguration configuration) =>
        configuration.Options.Providers["datapath"] == "bpf" ? configuration.Root["datapath:bpf:bpffs"] ?? Path.Combine(configuration.Options.RunDirectory, "bpffs") : null;

    /// <summary>Mounts a BPF file system there when there is none and this process may. Otherwise the plugin says what is missing.</summary>
    public static void Mount(LoadedConfiguration configuration)
    {
        if (Of(configuration) is not { } path || !Path.IsPathRooted(path) || IsMounted(path) || (Libc.Capabilities().Effective & Confinement.Bits([Capability.SysAdmin])) == 0)
            return;
        // An agent that will not start leaves nothing behind.
        if (!PluginHost.HasFitting(configuration))
            return;
        try
        {
            Directory.CreateDirectory(configuration.Options.RunDirectory);
            Directory.CreateDirectory(path, OwnerOnly);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return;
        }

        _ = Libc.Mount(Source, path, "bpf", 0, "mode=0700");
    }

    private static bool IsMounted(string path)
    {
        var buffer = stackalloc long[StatWords];
        return Libc.StatFileSystem(path, buffer) == 0 && (int)buffer[0] == Magic;
    }
}

using System.Runtime.InteropServices;
using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Datapath.Bpf.Programs;

/// <summary>The file system that keeps maps and programs alive.</summary>
internal static unsafe class BpfFileSystem
{
    /// <summary>What our own mounts are called in the list of mounts.</summary>
    private const string Source = "cilium-framework";

    private const int StatWords = 16;

    public static bool IsMounted(string path)
    {
        var buffer = stackalloc long[StatWords];
        return LibC.StatFileSystem(path, buffer) == 0 && (int)buffer[0] == LibC.BpfFileSystem;
    }

    /// <summary>Mounts one when there is none; readable by its owner only.</summary>
    public static void Ensure(string path)
    {
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if (IsMounted(path))
            return;
        Directory.CreateDirectory(path, ownerOnly);
        if (LibC.Mount(Source, path, "bpf", 0, "mode=0700") != 0)
            throw BpfErrors.Failed(-Marshal.GetLastPInvokeError(), $"mount a BPF file system at {path}", $"Mount it before the agent starts: mount -t bpf {Source} {path} -o mode=0700. An agent that starts as root with every capability does it by itself.");
    }

    /// <summary>True when this datapath mounted it.</summary>
    public static bool IsOwn(string path)
    {
        // The kernel lists real paths; a folder of ours may be reached through a link.
        var real = LibC.RealPath(path);
        return File.ReadLines("/proc/self/mounts").Any(line => line.StartsWith($"{Source} {real} bpf ", StringComparison.Ordinal));
    }

    /// <summary>Takes every mount of ours away from a folder, and the folder.</summary>
    /// <remarks>
    /// Detached, a mount is never busy: who still holds a file of it, and programs that are still attached, keep the objects and not the name. Two
    /// agents that started at once may have mounted one over the other, so what is below is taken away too. A folder that cannot go, because another
    /// mount namespace or somebody else uses it, is left: it is empty and means nothing.
    /// </remarks>
    /// <exception cref="CiliumException">The kernel refused.</exception>
    public static void Unmount(string path)
    {
        while (IsOwn(path))
        {
            if (LibC.Unmount(path, LibC.UnmountDetach) == 0)
                continue;
            // Not a mount any more: somebody else took it away in between.
            if (Marshal.GetLastPInvokeError() is not (Errno.Invalid or Errno.NoEntry))
                throw new CiliumException(ErrorKind.Unavailable, $"Cannot unmount {path}: {Marshal.GetLastPInvokeErrorMessage()}. Unmount it (umount -l {path}) and repeat the clean-up.");
        }

        try
        {
            Directory.Delete(path);
        }
        catch (IOException)
        {
            // See the remarks.
        }
    }
}

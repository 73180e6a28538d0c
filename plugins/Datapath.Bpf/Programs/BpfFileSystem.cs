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
            throw BpfErrors.Failed(-Marshal.GetLastPInvokeError(), $"mount a BPF file system at {path}");
    }

    /// <summary>True when this datapath mounted it.</summary>
    public static bool IsOwn(string path) => File.ReadLines("/proc/self/mounts").Any(line => line.StartsWith($"{Source} {path} bpf ", StringComparison.Ordinal));

    public static void Unmount(string path)
    {
        if (LibC.Unmount(path, LibC.UnmountDetach) != 0)
            throw new CiliumException(ErrorKind.Unavailable, $"Cannot unmount {path}: {Marshal.GetLastPInvokeErrorMessage()}.");
        Directory.Delete(path);
    }
}

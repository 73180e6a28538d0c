using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cilium.Framework.Datapath.Bpf.Native;

/// <summary>A map or program, by a descriptor that is closed with it.</summary>
internal sealed class BpfDescriptor : SafeHandleMinusOneIsInvalid
{
    public BpfDescriptor(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    public int Value => (int)handle;

    /// <summary>What is pinned at a path; null when nothing is.</summary>
    public static BpfDescriptor? OpenPinned(string path)
    {
        var result = LibBpf.GetPinned(path);
        if (result >= 0)
            return new(result);
        if (result == -Errno.NoEntry || result == -Errno.NotDirectory)
            return null;
        throw BpfErrors.Failed(result, $"open the pin {path}");
    }

    /// <summary>A descriptor of its own for what somebody else's refers to.</summary>
    public static BpfDescriptor Duplicate(int descriptor)
    {
        var result = LibC.Duplicate(descriptor, LibC.DuplicateCloseOnExec, 0);
        return result >= 0 ? new(result) : throw BpfErrors.Failed(-Marshal.GetLastPInvokeError(), "duplicate a descriptor");
    }

    protected override bool ReleaseHandle() => LibC.Close((int)handle) == 0;
}

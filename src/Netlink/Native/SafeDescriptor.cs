using Microsoft.Win32.SafeHandles;

namespace Cilium.Framework.Netlink.Native;

/// <summary>Owns a file descriptor.</summary>
internal sealed class SafeDescriptor : SafeHandleZeroOrMinusOneIsInvalid
{
    public SafeDescriptor(int fd)
        : base(ownsHandle: true) => SetHandle(fd);

    public int Value => (int)DangerousGetHandle();

    /// <summary>Gives the descriptor away: who takes it closes it.</summary>
    public int Release()
    {
        var descriptor = Value;
        SetHandleAsInvalid();
        return descriptor;
    }

    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;
}

using Microsoft.Win32.SafeHandles;

namespace Cilium.Framework.Netlink.Native;

/// <summary>Owns a file descriptor.</summary>
internal sealed class SafeDescriptor : SafeHandleZeroOrMinusOneIsInvalid
{
    public SafeDescriptor(int fd)
        : base(ownsHandle: true) => SetHandle(fd);

    public int Value => (int)DangerousGetHandle();

    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;
}

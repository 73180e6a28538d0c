namespace Cilium.Framework.Netlink.Messages;

/// <summary>Flags of a netlink request (linux/netlink.h).</summary>
[Flags]
internal enum MessageFlags : ushort
{
    Request = 1,
    Acknowledge = 4,
    DumpInterrupted = 0x10,
    Replace = 0x100,
    Exclusive = 0x200,
    Create = 0x400,
    Dump = 0x300,
}

using System.Runtime.InteropServices;

namespace Cilium.Framework.Netlink.Messages;

/// <summary>struct ifinfomsg of linux/rtnetlink.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal record struct LinkPart(byte Family, byte Pad, ushort Type, int Index, uint Flags, uint Change);

/// <summary>struct ifaddrmsg of linux/if_addr.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal record struct AddressPart(byte Family, byte PrefixLength, byte Flags, byte Scope, int Index);

/// <summary>struct rtmsg of linux/rtnetlink.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal record struct RoutePart(byte Family, byte DestinationLength, byte SourceLength, byte Tos, byte Table, byte Protocol, byte Scope, byte Type, uint Flags);

/// <summary>struct rtnexthop of linux/rtnetlink.h; its attributes follow, within its length.</summary>
[StructLayout(LayoutKind.Sequential)]
internal record struct NextHopPart(ushort Length, byte Flags, byte Hops, int Index);

/// <summary>struct ndmsg of linux/neighbour.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal record struct NeighbourPart(byte Family, byte Pad1, ushort Pad2, int Index, ushort State, byte Flags, byte Type);

/// <summary>struct tcmsg of linux/rtnetlink.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal record struct FilterPart(byte Family, byte Pad1, ushort Pad2, int Index, uint Handle, uint Parent, uint Info);

/// <summary>struct fib_rule_hdr of linux/fib_rules.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal record struct RulePart(byte Family, byte DestinationLength, byte SourceLength, byte Tos, byte Table, byte Reserved1, byte Reserved2, byte Action, uint Flags);

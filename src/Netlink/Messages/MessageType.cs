namespace Cilium.Framework.Netlink.Messages;

/// <summary>Message types of rtnetlink (linux/rtnetlink.h) and of netlink itself (linux/netlink.h).</summary>
internal enum MessageType : ushort
{
    Error = 2,
    Done = 3,
    NewLink = 16,
    DelLink = 17,
    GetLink = 18,
    NewAddress = 20,
    DelAddress = 21,
    GetAddress = 22,
    NewRoute = 24,
    DelRoute = 25,
    GetRoute = 26,
    NewNeighbour = 28,
    DelNeighbour = 29,
    GetNeighbour = 30,
    NewRule = 32,
    DelRule = 33,
    GetRule = 34,
    GetFilter = 46,
}

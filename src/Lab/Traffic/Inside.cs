using System.Net.Sockets;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab.Traffic;

/// <summary>Sockets of other namespaces: a socket stays where it was made, so it can be used from any thread afterwards.</summary>
public static class Inside
{
    /// <summary>A new socket in a namespace.</summary>
    public static Socket Socket(NetworkNamespace networkNamespace, AddressFamily family, SocketType type, ProtocolType protocol) =>
        networkNamespace.Run(() => new Socket(family, type, protocol));
}

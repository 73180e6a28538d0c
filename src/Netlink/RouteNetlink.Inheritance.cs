using Cilium.Framework.Netlink.Native;

namespace Cilium.Framework.Netlink;

/// <summary>A program that gives up the right to enter namespaces takes what it needs of one along when it executes itself again.</summary>
public sealed partial class RouteNetlink
{
    /// <summary>A descriptor of the same socket that stays open when this process executes another program. Whoever asks for it closes it, or leaves it to that program.</summary>
    /// <exception cref="NetlinkException">The process has too many open files.</exception>
    public int Bequeath() => _socket.Duplicate();

    /// <summary>Takes over what <see cref="Bequeath"/> gave: of the namespace in which that was opened.</summary>
    /// <param name="descriptor">The descriptor; closed on disposal.</param>
    public static RouteNetlink Inherit(int descriptor) => new(new NetlinkSocket(new SafeDescriptor(descriptor)));
}

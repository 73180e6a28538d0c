namespace Cilium.Framework.Netlink;

/// <summary>What a <see cref="NetlinkChange"/> is about.</summary>
public enum NetlinkChangeKind
{
    /// <summary>More changed than the kernel could keep: changes were lost, so everything has to be read anew.</summary>
    Resync,

    /// <summary>A device.</summary>
    Link,

    /// <summary>An address of a device.</summary>
    Address,

    /// <summary>A route.</summary>
    Route,
}

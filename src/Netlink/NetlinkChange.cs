namespace Cilium.Framework.Netlink;

/// <summary>Something of a network namespace that is new, different, or gone.</summary>
public sealed record NetlinkChange
{
    /// <summary>What it is; says which one of the objects below is given.</summary>
    public required NetlinkChangeKind Kind { get; init; }

    /// <summary>It is gone; else it is new or different.</summary>
    public bool IsRemoved { get; init; }

    /// <summary>The device as it was at the change; meanwhile it may be another.</summary>
    public Link? Link { get; init; }

    /// <summary>The address.</summary>
    public Address? Address { get; init; }

    /// <summary>The route.</summary>
    public Route? Route { get; init; }
}

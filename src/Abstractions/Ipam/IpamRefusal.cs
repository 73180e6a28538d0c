namespace Cilium.Framework.Ipam;

/// <summary>Why no address was given.</summary>
public enum IpamRefusal
{
    /// <summary>Every address of the pools is taken or excluded.</summary>
    PoolExhausted,

    /// <summary>The node has no pool of that family.</summary>
    FamilyDisabled,

    /// <summary>The wanted address belongs to another owner.</summary>
    AddressInUse,

    /// <summary>The wanted address lies in no pool, or is one that is never handed out (network, broadcast, gateway).</summary>
    AddressNotInPool,

    /// <summary>The owner already holds another address of that family.</summary>
    OwnerHasAnother,
}

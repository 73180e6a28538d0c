using System.Globalization;

namespace Cilium.Framework.Rows;

/// <summary>Number that stands for a set of security labels, in every map, packet mark and tunnel header.</summary>
/// <remarks>
/// Layout (Cilium facts 7a): bits 0-15 local number, 16-23 cluster id. Below 256 reserved; 256-65535 allocated per cluster;
/// from 0x01000001 node-local numbers of address prefixes, never written to the key-value store.
/// </remarks>
/// <param name="Value">The number.</param>
public readonly record struct NumericIdentity(uint Value) : IComparable<NumericIdentity>
{
    /// <summary>Identity not known; as the remote of a policy entry: any identity.</summary>
    public static readonly NumericIdentity Unknown = new(0);

    /// <summary>This node.</summary>
    public static readonly NumericIdentity Host = new(1);

    /// <summary>Everything outside the cluster that no prefix names.</summary>
    public static readonly NumericIdentity World = new(2);

    /// <summary>Inside the cluster, without an identity of its own.</summary>
    public static readonly NumericIdentity Cluster = new(3);

    /// <summary>The health endpoint.</summary>
    public static readonly NumericIdentity Health = new(4);

    /// <summary>An endpoint whose labels are not known yet; enforced in both directions.</summary>
    public static readonly NumericIdentity Init = new(5);

    /// <summary>Another node of the cluster (Cilium facts 7a: number and meaning of 1.19).</summary>
    public static readonly NumericIdentity RemoteNode = new(6);

    /// <summary>First number that is allocated; what lies below is reserved.</summary>
    public const uint FirstAllocated = 256;

    /// <summary>Last number that is allocated within one cluster.</summary>
    public const uint LastAllocated = 65535;

    /// <summary>Scope bit of node-local identities (address prefixes).</summary>
    public const uint NodeLocalScope = 0x0100_0000;

    /// <summary>First node-local number.</summary>
    public const uint FirstNodeLocal = NodeLocalScope + 1;

    /// <summary>Last node-local number.</summary>
    public const uint LastNodeLocal = NodeLocalScope + 0x00FF_FFFF;

    /// <summary>Below 256: fixed meaning, needs no store.</summary>
    public bool IsReserved => Value < FirstAllocated;

    /// <summary>Belongs to an address prefix and means something on this node only.</summary>
    public bool IsNodeLocal => (Value & 0xFF00_0000) == NodeLocalScope;

    /// <summary>Cluster that allocated it, 0..255; 0 for reserved and node-local numbers.</summary>
    public byte ClusterId => IsNodeLocal ? (byte)0 : (byte)(Value >> 16);

    /// <inheritdoc />
    public int CompareTo(NumericIdentity other) => Value.CompareTo(other.Value);

    /// <summary>The number in decimal.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary>Which kinds of wildcards a policy's entries have: a new flow looks for those only (bpf/lib/policy.h).</summary>
[Flags]
internal enum PolicyShapes : uint
{
    None = 0,
    Exact = 1,
    Identity = 2,
    Port = 4,
    All = 8,
}

/// <summary>Shapes of entries.</summary>
internal static class PolicyShapesOf
{
    private const int DirectionBits = 4;

    /// <summary>The bit of an entry in its direction.</summary>
    public static PolicyShapes Entry(PolicyKey key)
    {
        var namesPort = key.Protocol != IpProtocol.Any || key.Port != 0;
        var shape = key.Remote == NumericIdentity.Unknown
            ? namesPort ? PolicyShapes.Port : PolicyShapes.All
            : namesPort ? PolicyShapes.Exact : PolicyShapes.Identity;
        return (PolicyShapes)((uint)shape << (DirectionBits * (int)key.Direction));
    }

    /// <summary>The bits of all entries.</summary>
    public static PolicyShapes Entries(IEnumerable<PolicyKey> keys) => keys.Aggregate(PolicyShapes.None, (shapes, key) => shapes | Entry(key));
}

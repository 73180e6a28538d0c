namespace Cilium.Framework.Rows;

/// <summary>What a policy entry matches. Zero is a wildcard in every field but the direction.</summary>
/// <param name="Direction">Direction as the subject sees it.</param>
/// <param name="Remote">Identity of the other side; <see cref="NumericIdentity.Unknown"/> matches every identity.</param>
/// <param name="Protocol">Protocol; <see cref="IpProtocol.Any"/> matches all and requires port 0.</param>
/// <param name="Port">Destination port in host byte order; 0 matches all.</param>
public readonly record struct PolicyKey(TrafficDirection Direction, NumericIdentity Remote, IpProtocol Protocol, ushort Port) : IComparable<PolicyKey>
{
    /// <summary>Matches everything in one direction.</summary>
    /// <param name="direction">Direction as the subject sees it.</param>
    public static PolicyKey All(TrafficDirection direction) => new(direction, NumericIdentity.Unknown, IpProtocol.Any, 0);

    /// <inheritdoc />
    public int CompareTo(PolicyKey other)
    {
        // As numbers: an enumeration's own comparison boxes it, and a policy may have thousands of entries.
        var order = ((int)Direction).CompareTo((int)other.Direction);
        if (order == 0)
            order = Remote.CompareTo(other.Remote);
        if (order == 0)
            order = ((int)Protocol).CompareTo((int)other.Protocol);
        return order == 0 ? Port.CompareTo(other.Port) : order;
    }
}

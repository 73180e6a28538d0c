namespace Cilium.Framework.Routing;

/// <summary>How packets between nodes are wrapped.</summary>
public enum Encapsulation
{
    /// <summary>Not at all: the network routes pod addresses.</summary>
    None,

    /// <summary>VXLAN (RFC 7348); the VNI carries the source identity.</summary>
    Vxlan,

    /// <summary>Geneve (RFC 8926); the VNI carries the source identity.</summary>
    Geneve,
}

namespace Cilium.Framework.NodeHealth;

/// <summary>How a node is asked.</summary>
public enum ProbeKind
{
    /// <summary>An echo request; the kernel answers.</summary>
    Icmp,

    /// <summary>A TCP connection and a request over it; an agent answers.</summary>
    Http,
}

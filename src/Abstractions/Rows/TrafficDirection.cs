namespace Cilium.Framework.Rows;

/// <summary>Direction of traffic as its endpoint sees it. The numbers are those of the BPF maps (Cilium facts 9.10).</summary>
public enum TrafficDirection : byte
{
    /// <summary>Towards the endpoint.</summary>
    Ingress = 0,

    /// <summary>Away from the endpoint.</summary>
    Egress = 1,
}

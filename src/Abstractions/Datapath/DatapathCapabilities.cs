namespace Cilium.Framework.Datapath;

/// <summary>What a datapath does beyond the contract.</summary>
[Flags]
public enum DatapathCapabilities
{
    /// <summary>The contract, nothing more.</summary>
    None = 0,

    /// <summary>Carries real packets through devices of the kernel; without it nothing but injected packets is judged.</summary>
    RealDevices = 1,

    /// <summary>What is realised goes on working while no agent runs.</summary>
    SurvivesAgent = 2,

    /// <summary>Offers <see cref="IPacketProbe"/>.</summary>
    PacketProbe = 4,
}

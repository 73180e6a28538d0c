namespace Cilium.Framework.Rows;

/// <summary>What a device of the node is to the datapath.</summary>
public enum DeviceRole
{
    /// <summary>Carries packets of the physical network.</summary>
    Native,

    /// <summary>Carries encapsulated packets between nodes.</summary>
    Overlay,

    /// <summary>The node's own door to its endpoints. The datapath creates it when it is missing.</summary>
    Host,
}

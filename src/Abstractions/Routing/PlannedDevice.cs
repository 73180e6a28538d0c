using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing;

/// <summary>A device that the datapath is to attach to.</summary>
/// <param name="Name">Kernel name.</param>
/// <param name="Role">What it is to the datapath.</param>
public sealed record PlannedDevice(string Name, DeviceRole Role)
{
    /// <summary>Alias that a backend gives to each device that it makes: a device with it that no plan names is left over, and removed.</summary>
    public const string OwnAlias = "cilium-framework:routing";
}

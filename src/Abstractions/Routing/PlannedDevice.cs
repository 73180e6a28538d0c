using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing;

/// <summary>A device that the datapath is to attach to.</summary>
/// <param name="Name">Kernel name.</param>
/// <param name="Role">What it is to the datapath.</param>
public sealed record PlannedDevice(string Name, DeviceRole Role);

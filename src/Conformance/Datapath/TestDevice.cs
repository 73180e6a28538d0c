using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Datapath;

/// <summary>A device for an endpoint.</summary>
/// <param name="IfIndex">Index of the host side.</param>
/// <param name="Name">Name of the host side.</param>
/// <param name="Mac">Address of the workload's own side.</param>
/// <param name="HostMac">Address of the host side.</param>
public sealed record TestDevice(int IfIndex, string Name, MacAddress Mac, MacAddress HostMac);

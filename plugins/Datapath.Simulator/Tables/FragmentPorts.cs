namespace Cilium.Framework.Datapath.Simulator.Tables;

/// <summary>What only the first fragment says.</summary>
/// <param name="Protocol">Behind all extension headers.</param>
internal readonly record struct FragmentPorts(ushort SourcePort, ushort DestinationPort, byte Protocol);

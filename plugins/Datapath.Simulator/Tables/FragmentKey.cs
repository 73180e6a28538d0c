using Cilium.Framework.Datapath.Simulator.Packets;

namespace Cilium.Framework.Datapath.Simulator.Tables;

/// <summary>What the fragments of one packet have in common (RFC 791, RFC 8200 section 4.5).</summary>
internal readonly record struct FragmentKey(Address Source, Address Destination, uint Id, byte Protocol);

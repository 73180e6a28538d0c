using Cilium.Framework.Datapath.Bpf.Conntrack;

namespace Cilium.Framework.Datapath.Bpf.Programs;

/// <summary>Sizes that are chosen when the programs are loaded.</summary>
/// <param name="Conntrack">How connections are kept.</param>
/// <param name="EventsBytes">Room for events.</param>
internal readonly record struct ProgramSizes(ConntrackShape Conntrack, uint EventsBytes)
{
    /// <summary>Entries of a map; 0: as the object says.</summary>
    public uint Of(string map) => map == "cilium_events" ? EventsBytes : Conntrack.EntriesOf(map);
}

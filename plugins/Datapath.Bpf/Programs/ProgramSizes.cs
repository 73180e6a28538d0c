using Cilium.Framework.Datapath.Bpf.Conntrack;

namespace Cilium.Framework.Datapath.Bpf.Programs;

/// <summary>Sizes that are chosen when the programs are loaded.</summary>
/// <param name="Conntrack">How connections are kept.</param>
/// <param name="EventsBytes">Room for events.</param>
/// <param name="PolicyEntries">Entries of all policies together, and their counters.</param>
internal readonly record struct ProgramSizes(ConntrackShape Conntrack, uint EventsBytes, uint PolicyEntries)
{
    /// <summary>Entries of a map; 0: as the object says.</summary>
    public uint Of(string map) => map switch
    {
        "cilium_events" => EventsBytes,
        "cilium_policy" or "cilium_policy_counter" => PolicyEntries,
        _ => Conntrack.EntriesOf(map),
    };
}

using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Tables;

/// <summary>Packets and bytes by reason and direction; <see cref="DropReason.None"/>: forwarded.</summary>
internal sealed class MetricTable
{
    private readonly SortedDictionary<(DropReason Reason, TrafficDirection Direction), Tally> _tallies = [];

    public IEnumerable<MetricInfo> All => _tallies.Select(entry => new MetricInfo(entry.Key.Reason, entry.Key.Direction, entry.Value.Packets, entry.Value.Bytes));

    public void Count(DropReason reason, TrafficDirection direction, int bytes) =>
        _tallies[(reason, direction)] = _tallies.GetValueOrDefault((reason, direction)).Plus(bytes);
}

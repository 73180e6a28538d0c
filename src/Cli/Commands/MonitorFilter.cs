using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Cli.Commands;

/// <summary>Which events <c>cilium monitor</c> shows. An empty list accepts all; what was lost is always told.</summary>
internal sealed record MonitorFilter(IReadOnlyList<string> Types, IReadOnlyList<int> From, IReadOnlyList<int> To, IReadOnlyList<int> RelatedTo)
{
    public bool Accepts(MonitorEvent shown)
    {
        if (shown.Type is "lost" or "backlog")
            return true;
        return (Types.Count == 0 || Types.Contains(shown.Type))
            && (From.Count == 0 || From.Contains(shown.SourceEndpoint))
            && (To.Count == 0 || To.Contains(shown.DestinationEndpoint))
            && (RelatedTo.Count == 0 || RelatedTo.Contains(shown.SourceEndpoint) || RelatedTo.Contains(shown.DestinationEndpoint));
    }
}

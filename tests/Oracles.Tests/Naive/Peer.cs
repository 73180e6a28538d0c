using System.Net;
using Cilium.Framework.Oracles.Cases;

namespace Cilium.Framework.Oracles.Naive;

/// <summary>One end of a flow: a workload, the node, or an address of the world.</summary>
internal sealed record Peer(Workload? Workload, bool IsNode, IPAddress Address)
{
    public bool IsWorld => Workload is null && !IsNode;

    /// <summary>What label selectors see.</summary>
    public IReadOnlyList<string> Labels => Workload?.Labels ?? (IsNode ? ["reserved:host"] : ["reserved:world"]);
}

using System.Net;
using Cilium.Framework.NodeHealth;

namespace Cilium.Framework.Agent.NodeHealth;

/// <summary>Asks from where it is told to.</summary>
/// <param name="node">This node's namespace.</param>
/// <param name="endpoint">The health endpoint's; null: there is none.</param>
internal sealed class HealthProbes(IProbeOrigin node, IProbeOrigin? endpoint) : IHealthProbes
{
    private static readonly ProbeResult Nowhere = ProbeResult.Impossible("this node has no health endpoint to ask from");

    public Task<ProbeResult> EchoAsync(HealthPlace from, IPAddress to, CancellationToken ct) => Origin(from) is { } origin ? origin.EchoAsync(to, ct) : Task.FromResult(Nowhere);

    public Task<ProbeResult> GreetAsync(HealthPlace from, IPAddress to, CancellationToken ct) => Origin(from) is { } origin ? origin.GreetAsync(to, ct) : Task.FromResult(Nowhere);

    private IProbeOrigin? Origin(HealthPlace from) => from == HealthPlace.Node ? node : endpoint;
}

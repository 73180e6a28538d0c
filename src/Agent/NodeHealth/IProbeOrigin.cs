using System.Net;
using Cilium.Framework.NodeHealth;

namespace Cilium.Framework.Agent.NodeHealth;

/// <summary>A place from which others are asked.</summary>
internal interface IProbeOrigin
{
    /// <inheritdoc cref="IHealthProbes.EchoAsync" />
    Task<ProbeResult> EchoAsync(IPAddress to, CancellationToken ct);

    /// <inheritdoc cref="IHealthProbes.GreetAsync" />
    Task<ProbeResult> GreetAsync(IPAddress to, CancellationToken ct);
}

using System.Net;

namespace Cilium.Framework.NodeHealth;

/// <summary>Asks an address whether it is there. Called for several addresses at once.</summary>
internal interface IHealthProbes
{
    /// <summary>Sends an echo request and waits for the reply.</summary>
    /// <param name="from">From where: this node's address, or its health endpoint.</param>
    /// <param name="to">The address.</param>
    /// <param name="ct">No reply came in time, or nobody waits any more.</param>
    Task<ProbeResult> EchoAsync(HealthPlace from, IPAddress to, CancellationToken ct);

    /// <summary>Connects to the health port, asks for the greeting and waits for it.</summary>
    /// <param name="from">From where: this node's address, or its health endpoint.</param>
    /// <param name="to">The address.</param>
    /// <param name="ct">No answer came in time, or nobody waits any more.</param>
    Task<ProbeResult> GreetAsync(HealthPlace from, IPAddress to, CancellationToken ct);
}

using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath;

/// <summary>Judges and carries the packets of this node.</summary>
/// <remarks>
/// What is realised stays in force when the agent ends, also by a crash, if <see cref="DatapathCapabilities.SurvivesAgent"/> is claimed:
/// disposal never takes anything away. Fails closed: an endpoint without a realised policy, and a packet that cannot be judged, are dropped.
/// </remarks>
public interface IDatapath : IAsyncDisposable
{
    /// <summary>What the datapath does.</summary>
    DatapathCapabilities Capabilities { get; }

    /// <summary>Looks at the machine. No side effect; may be called without ever initialising.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Findings; any with <see cref="ProbeSeverity.Fatal"/> means that <see cref="InitializeAsync"/> would fail.</returns>
    ValueTask<IReadOnlyList<ProbeFinding>> ProbeAsync(CancellationToken cancellationToken);

    /// <summary>Sets the datapath up, or takes over what an earlier process left, without a moment in which a packet is judged by neither. Called once, before any target.</summary>
    /// <param name="cancellationToken">Gives up; calling again is safe.</param>
    /// <exception cref="Errors.CiliumException">The kernel refused; the text says what to do.</exception>
    ValueTask InitializeAsync(CancellationToken cancellationToken);

    /// <summary>Devices of the node.</summary>
    IReconcileTarget<DeviceRow> Devices { get; }

    /// <summary>
    /// Endpoints. An upsert is acknowledged when packets from and to the endpoint are judged by the row. A row whose device does not exist fails with
    /// <see cref="Errors.ErrorKind.Unavailable"/>; one whose policy is not realised drops everything until it is. Deletion forgets the endpoint's connections.
    /// </summary>
    IReconcileTarget<EndpointRow> Endpoints { get; }

    /// <summary>Addresses and identities. An upsert is acknowledged when new and existing connections are judged by it.</summary>
    IReconcileTarget<IpCacheRow> IpCache { get; }

    /// <summary>Policies. A change that both adds and removes is never visible half-way; acknowledged when existing connections are judged by it too.</summary>
    IReconcileTarget<PolicyRow> Policies { get; }

    /// <summary>What the datapath holds now.</summary>
    IDatapathView View { get; }

    /// <summary>Injection of packets; null when <see cref="DatapathCapabilities.PacketProbe"/> is not claimed.</summary>
    IPacketProbe? Probe { get; }

    /// <summary>Events, from those that waited for a reader on. One reader at a time; ends only by cancellation or disposal.</summary>
    /// <param name="cancellationToken">Ends the stream; events not yet read wait for the next reader.</param>
    IAsyncEnumerable<DatapathEvent> ReadEventsAsync(CancellationToken cancellationToken);

    /// <summary>Removes everything that the datapath ever set up on this node, also by earlier versions. Without an agent only (<c>cilium cleanup</c>).</summary>
    /// <param name="cancellationToken">Gives up; calling again is safe.</param>
    /// <returns>What was removed, a line each.</returns>
    ValueTask<IReadOnlyList<string>> RemoveAllAsync(CancellationToken cancellationToken);
}

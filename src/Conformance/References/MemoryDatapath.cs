using Cilium.Framework.Datapath;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.References;

/// <summary>The smallest datapath that keeps every promise: TCP and UDP between endpoints and the stack, every packet judged from current state.</summary>
public sealed class MemoryDatapath : IDatapath
{
    private readonly MemoryDatapathState _state = new();

    /// <summary>A datapath that holds nothing.</summary>
    /// <param name="time">The clock of its events.</param>
    public MemoryDatapath(TimeProvider? time = null)
    {
        Devices = new MemoryTarget<DeviceRow, string>(row => row.Name, _state.Devices);
        Policies = new MemoryTarget<PolicyRow, PolicyId>(row => row.Id, _state.Policies);
        IpCache = new MemoryTarget<IpCacheRow, IpPrefix>(row => row.Prefix, _state.IpCache);
        Endpoints = new MemoryTarget<EndpointRow, ushort>(row => row.Id, _state.Endpoints)
        {
            Refuses = row => _state.Endpoints.Values.FirstOrDefault(other => other.Id != row.Id && (row.IPv4 is { } four && four.Equals(other.IPv4) || row.IPv6 is { } six && six.Equals(other.IPv6))) is { } owner
                ? $"endpoint {row.Id}: one of its addresses belongs to endpoint {owner.Id}. Delete that one first."
                : null,
            Replaced = before =>
            {
                if (_state.Endpoints.GetValueOrDefault(before.Id) is null)
                    _state.ForgetConnectionsOf(before);
            },
        };
        View = new MemoryDatapathView(_state);
        Probe = new MemoryDatapathProbe(_state, time ?? TimeProvider.System);
    }

    /// <inheritdoc />
    public DatapathCapabilities Capabilities => DatapathCapabilities.PacketProbe;

    /// <inheritdoc />
    public IReconcileTarget<DeviceRow> Devices { get; }

    /// <inheritdoc />
    public IReconcileTarget<EndpointRow> Endpoints { get; }

    /// <inheritdoc />
    public IReconcileTarget<IpCacheRow> IpCache { get; }

    /// <inheritdoc />
    public IReconcileTarget<PolicyRow> Policies { get; }

    /// <inheritdoc />
    public IDatapathView View { get; }

    /// <inheritdoc />
    public IPacketProbe Probe { get; }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<ProbeFinding>> ProbeAsync(CancellationToken cancellationToken) =>
        new([new ProbeFinding(ProbeSeverity.Info, "reference datapath", "Judges injected packets only; it is made for tests.")]);

    /// <inheritdoc />
    public ValueTask InitializeAsync(CancellationToken cancellationToken) => default;

    /// <inheritdoc />
    public IAsyncEnumerable<DatapathEvent> ReadEventsAsync(CancellationToken cancellationToken) => _state.Events.Reader.ReadAllAsync(cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<string>> RemoveAllAsync(CancellationToken cancellationToken) => new([]);

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        _state.Events.Writer.TryComplete();
        return default;
    }
}

using System.Collections.Concurrent;
using Cilium.Framework.Conformance.Datapath;
using Cilium.Framework.Conformance.Faults;
using Cilium.Framework.Conformance.References;
using Cilium.Framework.Datapath;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Tests.Twins;

/// <summary>Datapaths with one defect each, and what their author is told.</summary>
public sealed class BrokenDatapathTests
{
    [Fact]
    public Task A_datapath_that_fails_open() => FailsAsync(
        () => new Twin((_, verdict) => verdict.Reason == DropReason.PolicyNotReady ? verdict with { Kind = VerdictKind.ToEndpoint, Reason = DropReason.None, Endpoint = 2 } : verdict),
        nameof(DatapathConformance.An_endpoint_without_a_realised_policy_neither_sends_nor_receives),
        "Promise: IDatapath: an endpoint without a realised policy drops everything (PolicyNotReady) until it is realised.",
        "Seen:    a packet to an endpoint without a policy came to ToEndpoint 2 instead of Drop (PolicyNotReady).",
        "Look at: what happens when the policy of an endpoint is not found: it must not count as allowing everything.");

    [Fact]
    public Task A_datapath_that_never_judges_a_connection_again()
    {
        return FailsAsync(
            () =>
            {
                var judged = new ConcurrentDictionary<string, PacketVerdict>();
                return new Twin((injection, verdict) => verdict.Kind == VerdictKind.ToEndpoint
                    ? judged.GetOrAdd(Convert.ToHexString(injection.Frame.Span[14..38]), verdict)
                    : judged.GetValueOrDefault(Convert.ToHexString(injection.Frame.Span[14..38]), verdict));
            },
            nameof(DatapathConformance.A_policy_that_no_longer_allows_ends_connections),
            "an upsert is acknowledged when existing connections are judged by it too.",
            "a packet of a connection that the new policy does not allow came to ToEndpoint 2 instead of Drop (PolicyDenied).");
    }

    [Fact]
    public Task A_datapath_that_believes_every_source() => FailsAsync(
        () => new Twin((_, verdict) => verdict.Reason == DropReason.InvalidSourceIp ? verdict with { Kind = VerdictKind.ToStack, Reason = DropReason.None } : verdict),
        nameof(DatapathConformance.An_endpoint_speaks_for_itself_only),
        "a packet from the client with source 10.90.1.77 came to ToStack instead of Drop (InvalidSourceIp).");

    [Fact]
    public Task A_datapath_that_keeps_deleted_endpoints() => FailsAsync(
        () => new Twin(endpoints: good => new NeverDeletes(good)),
        nameof(DatapathConformance.Deleting_an_endpoint_forgets_its_connections),
        "connections after one of the two ends was deleted: 1 instead of 0.",
        "let the next one with the same address receive what it never asked for");

    [Fact]
    public Task A_datapath_that_delivers_frames_as_they_came() => FailsAsync(
        () => new Twin((injection, verdict) => verdict with { Frame = injection.Frame }),
        nameof(DatapathConformance.What_policy_allows_is_delivered_and_its_replies_too),
        "the Ethernet destination of the delivered frame: 0a:58:ff:00:00:01 instead of 0a:58:00:00:00:02.");

    [Fact]
    public Task A_datapath_that_breaks_on_short_frames() => FailsAsync(
        () => new Twin((injection, verdict) => injection.Frame.Length < 40 ? throw new IndexOutOfRangeException("byte 40") : verdict),
        nameof(DatapathConformance.Nothing_that_can_be_sent_breaks_it),
        "threw IndexOutOfRangeException: byte 40",
        "lengths that a header claims and the frame does not have.");

    [Fact]
    public Task A_datapath_that_keeps_its_drops_to_itself() => FailsAsync(
        () => new FaultyDatapath(new MemoryDatapath(), new FaultPlan(Fault.Always(FaultKind.LosesOne, nameof(IDatapath.ReadEventsAsync)))),
        nameof(DatapathConformance.A_drop_is_told_with_its_reason_and_counted),
        "no DropEvent came within 0.7 s; other events: 0.");

    [Fact]
    public Task A_datapath_that_claims_to_survive() => FailsAsync(
        () => new Twin(capabilities: DatapathCapabilities.PacketProbe | DatapathCapabilities.SurvivesAgent),
        nameof(DatapathConformance.What_is_realised_goes_on_under_a_new_process),
        "SurvivesAgent is claimed, but RestartAsync gives false: nothing shows it.");

    private static Task FailsAsync(Func<IDatapath> twin, string test, params string[] texts) => SuiteRun.FailsAsync(() => new Suite(twin), test, texts);

    private sealed class Suite(Func<IDatapath> twin) : DatapathConformance
    {
        protected override TimeSpan Patience => TimeSpan.FromMilliseconds(700);

        protected override ValueTask<DatapathUnderTest> CreateAsync() => new(new DatapathUnderTest(twin()));
    }

    private sealed class NeverDeletes(IReconcileTarget<EndpointRow> good) : IReconcileTarget<EndpointRow>
    {
        public ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<EndpointRow> batch, CancellationToken cancellationToken) =>
            batch.Items[0].Action == ReconcileAction.Delete ? new([RowOutcome.Done]) : good.ApplyAsync(batch, cancellationToken);

        public ValueTask<int> PruneAsync(IReadOnlyCollection<EndpointRow> desired, CancellationToken cancellationToken) => good.PruneAsync(desired, cancellationToken);
    }

    private sealed class Twin : IDatapath, IPacketProbe
    {
        private readonly MemoryDatapath _good = new();
        private readonly Func<PacketInjection, PacketVerdict, PacketVerdict> _alter;

        public Twin(
            Func<PacketInjection, PacketVerdict, PacketVerdict>? alter = null,
            Func<IReconcileTarget<EndpointRow>, IReconcileTarget<EndpointRow>>? endpoints = null,
            DatapathCapabilities capabilities = DatapathCapabilities.PacketProbe) =>
            (_alter, Endpoints, Capabilities) = (alter ?? ((_, verdict) => verdict), endpoints?.Invoke(_good.Endpoints) ?? _good.Endpoints, capabilities);

        public DatapathCapabilities Capabilities { get; }

        public IReconcileTarget<DeviceRow> Devices => _good.Devices;

        public IReconcileTarget<EndpointRow> Endpoints { get; }

        public IReconcileTarget<IpCacheRow> IpCache => _good.IpCache;

        public IReconcileTarget<PolicyRow> Policies => _good.Policies;

        public IDatapathView View => _good.View;

        public IPacketProbe Probe => this;

        public async ValueTask<PacketVerdict> SendAsync(PacketInjection injection, CancellationToken cancellationToken) =>
            _alter(injection, await _good.Probe.SendAsync(injection, cancellationToken));

        public ValueTask<IReadOnlyList<ProbeFinding>> ProbeAsync(CancellationToken cancellationToken) => _good.ProbeAsync(cancellationToken);

        public ValueTask InitializeAsync(CancellationToken cancellationToken) => _good.InitializeAsync(cancellationToken);

        public IAsyncEnumerable<DatapathEvent> ReadEventsAsync(CancellationToken cancellationToken) => _good.ReadEventsAsync(cancellationToken);

        public ValueTask<IReadOnlyList<string>> RemoveAllAsync(CancellationToken cancellationToken) => _good.RemoveAllAsync(cancellationToken);

        public ValueTask DisposeAsync() => _good.DisposeAsync();
    }
}

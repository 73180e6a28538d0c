using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Datapath;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Datapath;

public abstract partial class DatapathConformance
{
    [Fact]
    public async Task Probing_the_machine_speaks_in_words_and_changes_nothing()
    {
        var promise = new Promise("IDatapath.ProbeAsync looks at the machine without side effect; its findings say what was found, what that costs and what to do.", "findings without text, and probing that needs or undoes InitializeAsync.");
        await using (var fresh = await CreateAsync())
            await ProbeAsync(fresh);
        await ProbeAsync(Node);
        promise.Equal(2, (await ViewAsync(view => view.ListEndpointsAsync(Stop))).Count, "endpoints after probing");

        async Task ProbeAsync(DatapathUnderTest node)
        {
            foreach (var finding in await Within.Of(node.RunAsync(() => node.Datapath.ProbeAsync(Stop)), "IDatapath.ProbeAsync"))
                promise.Kept(finding.Subject.Length > 0 && finding.Message.Length > 0, () => $"a finding without words: {finding}.");
        }
    }

    [Fact]
    public void Capabilities_are_what_the_members_say()
    {
        var promise = new Promise("IDatapath.Probe is null exactly when DatapathCapabilities.PacketProbe is not claimed.", "the flag and the property.");
        promise.Equal(Datapath.Capabilities.HasFlag(DatapathCapabilities.PacketProbe), Datapath.Probe is not null, "the probe is there");
    }

    [Fact]
    public async Task The_view_shows_what_was_realised()
    {
        var promise = new Promise("IDatapathView shows what the datapath holds now: endpoints by number, policy entries by subject and key, addresses by prefix.", "order of the lists, and fields that are not kept.");
        promise.Same(
            new[] { Client, Server }.Select(row => (row.Id, row.IfIndex, row.Identity, row.IPv4!.ToString(), row.IPv6!.ToString(), row.Mac, true)),
            (await ViewAsync(view => view.ListEndpointsAsync(Stop))).Select(info => (info.Id, info.IfIndex, info.Identity, $"{info.IPv4}", $"{info.IPv6}", info.Mac, info.Enforces)),
            "the endpoints");
        promise.Same(
            PolicyEntrySet.Create([AllIn, AllOut]).Select(entry => (ClientIdentity, entry)).Concat(PolicyEntrySet.Create(ServerPolicy).Select(entry => (ServerIdentity, entry))),
            (await ViewAsync(view => view.ListPoliciesAsync(Stop))).Select(info => (info.Subject.Value, info.Entry)),
            "the policy entries");
        promise.Same(
            [$"{Client.IPv4}/32 1001", $"{Server.IPv4}/32 1002", $"{Client.IPv6}/128 1001", $"{Server.IPv6}/128 1002"],
            (await ViewAsync(view => view.ListIpCacheAsync(Stop))).Select(row => $"{row.Prefix} {row.Identity}"),
            "the addresses");
    }

    [Fact]
    public async Task A_connection_is_listed_from_the_side_that_began_it()
    {
        var promise = new Promise("ConnectionInfo: source is the side that sent the first packet; the rules are those that let each side.", "the order in which the two ends of a connection are kept.");
        await TcpAsync(Server, Client, false, 80, 40000, Frames.SynAck);
        await TcpAsync(Client, Server, false, 40000, 80);
        var connections = await ViewAsync(view => view.ListConnectionsAsync(Stop));
        promise.Same(
            [$"{Client.IPv4}:40000 (1001, rule {RuleCookie.NotEnforced}) -> {Server.IPv4}:80 (1002, rule {Rule})"],
            connections.Select(info => $"{info.Source}:{info.SourcePort} ({info.SourceIdentity}, rule {info.EgressRule}) -> {info.Destination}:{info.DestinationPort} ({info.DestinationIdentity}, rule {info.IngressRule})"),
            "the connections");
    }

    [Fact]
    public async Task A_drop_is_told_with_its_reason_and_counted()
    {
        var promise = new Promise("IDatapath.ReadEventsAsync tells of drops with reason, both identities and the packet; IDatapathView.ListMetricsAsync counts them.", "events that nobody reads yet must wait for a reader.");
        var before = await CountAsync();
        await TcpAsync(Client, Server, false, 40000, 81);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(Patience);
        var others = new List<DatapathEvent>();
        try
        {
            await foreach (var happened in Datapath.ReadEventsAsync(patience.Token))
            {
                if (happened is DropEvent drop)
                {
                    promise.Equal((DropReason.PolicyDenied, ClientIdentity, ServerIdentity), (drop.Reason, drop.SourceIdentity.Value, drop.DestinationIdentity.Value), "reason and identities of the event");
                    promise.Equal($"{Client.IPv4}:40000 -> {Server.IPv4}:81", $"{drop.Packet.Source}:{drop.Packet.SourcePort} -> {drop.Packet.Destination}:{drop.Packet.DestinationPort}", "the packet of the event");
                    break;
                }

                others.Add(happened);
            }
        }
        catch (OperationCanceledException) when (!Stop.IsCancellationRequested)
        {
            throw promise.Broken($"no DropEvent came within {Patience.TotalSeconds:0.#} s; other events: {others.Count}.");
        }

        promise.Equal(before + 1, await CountAsync(), "packets that ListMetricsAsync counts for PolicyDenied");
    }

    private async Task<ulong> CountAsync() =>
        (ulong)(await ViewAsync(view => view.ListMetricsAsync(Stop))).Where(metric => metric.Reason == DropReason.PolicyDenied).Sum(metric => (long)metric.Packets);
}

using System.Net;
using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Datapath;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Datapath;

/// <summary>What every <see cref="IDatapath"/> must do with rows and packets. Derive from it and say how one is made. Without <see cref="IPacketProbe"/> most tests are skipped.</summary>
/// <remarks>Each test begins with two endpoints: a client (1, identity 1001) that may send anything, and a server (2, identity 1002) that takes TCP 80 and UDP 53 from it.</remarks>
public abstract partial class DatapathConformance : IAsyncLifetime
{
    private protected const uint ClientIdentity = 1001, ServerIdentity = 1002;
    private const uint Rule = 100;

    private static readonly PolicyEntry AllOut = new(PolicyKey.All(TrafficDirection.Egress), RuleCookie.NotEnforced);
    private static readonly PolicyEntry AllIn = new(PolicyKey.All(TrafficDirection.Ingress), RuleCookie.NotEnforced);
    private static readonly PolicyEntry[] ServerPolicy = [In(IpProtocol.Tcp, 80), In(IpProtocol.Udp, 53)];
    private static readonly IPAddress World = IPAddress.Parse("192.0.2.7");

    private DatapathUnderTest? _node;

    /// <summary>Makes a datapath that holds nothing, on a node of its own. Not initialised: the suite does that, and disposes it.</summary>
    protected abstract ValueTask<DatapathUnderTest> CreateAsync();

    /// <summary>Told why a test does not apply to this backend: it is skipped. Override it to name what you expect not to apply; the test then ends.</summary>
    /// <param name="reason">What is missing or not claimed.</param>
    protected virtual void NotApplicable(string reason) => Assert.Skip(reason);

    /// <summary>How long one call may take before it counts as hanging.</summary>
    protected virtual TimeSpan Patience => TimeSpan.FromSeconds(10);

    /// <summary>Begins a test.</summary>
    public async ValueTask InitializeAsync()
    {
        _node = await CreateAsync();
        await StartAsync();
        Client = await AddAsync(1, ClientIdentity, "10.90.1.1", "fd90::a:1");
        Server = await AddAsync(2, ServerIdentity, "10.90.1.2", "fd90::a:2");
        var promise = new Promise("IDatapath realises two endpoints with their policies and addresses.", "the targets Policies, Endpoints and IpCache.");
        await SetAsync(promise, Datapath.Policies, Policy(ClientIdentity, AllIn, AllOut));
        await SetAsync(promise, Datapath.Policies, Policy(ServerIdentity, ServerPolicy));
        foreach (var endpoint in (EndpointRow[])[Client, Server])
        {
            await SetAsync(promise, Datapath.Endpoints, endpoint);
            foreach (var address in (IPAddress[])[endpoint.IPv4!, endpoint.IPv6!])
                await SetAsync(promise, Datapath.IpCache, new IpCacheRow(IpPrefix.Host(address), endpoint.Identity, null, IpCacheOrigin.Endpoint));
        }
    }

    /// <summary>Ends a test.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_node is not null)
            await _node.DisposeAsync();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private DatapathUnderTest Node => _node ?? throw new InvalidOperationException("The test has not begun.");

    private IDatapath Datapath => Node.Datapath;

    private EndpointRow Client { get; set; } = null!;

    private EndpointRow Server { get; set; } = null!;

    private Deadline Within => new(Patience);

    private static PolicyEntry In(IpProtocol protocol, ushort port, uint identity = ClientIdentity, uint rule = Rule) =>
        new(new(TrafficDirection.Ingress, new(identity), protocol, port), new(rule));

    private static PolicyEntry Out(uint identity) => new(new(TrafficDirection.Egress, new(identity), IpProtocol.Any, 0), new(Rule));

    private static PolicyRow Policy(uint subject, params PolicyEntry[] entries) => new(new(new(subject)), PolicyEntrySet.Create(entries));

    private static IpCacheRow Prefix(string prefix, uint identity) => new(IpPrefix.Parse(prefix), new(identity), null, IpCacheOrigin.Cidr);

    private async Task StartAsync() => await Within.Of(Node.RunAsync(async () =>
    {
        await Datapath.InitializeAsync(Stop);
        return true;
    }), "IDatapath.InitializeAsync");

    private async Task<EndpointRow> AddAsync(ushort id, uint identity, string ipv4, string ipv6)
    {
        var device = await Node.AddDeviceAsync(id);
        return new EndpointRow
        {
            Id = id, IfIndex = device.IfIndex, Device = device.Name, Mac = device.Mac, HostMac = device.HostMac,
            IPv4 = IPAddress.Parse(ipv4), IPv6 = IPAddress.Parse(ipv6), Identity = new(identity), Policy = new PolicyId(new(identity)),
        };
    }

    private Task SetAsync<TRow>(Promise promise, IReconcileTarget<TRow> target, TRow row)
        where TRow : class => ApplyAsync(promise, target, ReconcileAction.Upsert, row);

    private Task RemoveAsync<TRow>(Promise promise, IReconcileTarget<TRow> target, TRow row)
        where TRow : class => ApplyAsync(promise, target, ReconcileAction.Delete, row);

    private async Task ApplyAsync<TRow>(Promise promise, IReconcileTarget<TRow> target, ReconcileAction action, TRow row)
        where TRow : class
    {
        var outcomes = await Within.Of(Node.RunAsync(() => target.ApplyAsync(new([new(action, row, null)]), Stop)), "IReconcileTarget.ApplyAsync");
        promise.Kept(outcomes is [{ IsDone: true }], () => $"{action} of {row} came to {Show.All(outcomes)}.");
    }

    private async Task<IReadOnlyList<T>> ViewAsync<T>(Func<IDatapathView, ValueTask<IReadOnlyList<T>>> list) => await Within.Of(Node.RunAsync(() => list(Datapath.View)), "IDatapathView");

    private async Task<PacketVerdict> SendAsync(AttachPoint point, ushort endpoint, byte[] frame)
    {
        Assert.SkipWhen(Datapath.Probe is null, "this datapath takes no injected packets (DatapathCapabilities.PacketProbe)");
        return await Within.Of(Node.RunAsync(() => Datapath.Probe.SendAsync(new(point, endpoint, frame), Stop)), "IPacketProbe.SendAsync");
    }

    /// <summary>A TCP segment from one endpoint to another.</summary>
    private Task<PacketVerdict> TcpAsync(EndpointRow from, EndpointRow to, bool ipv6, ushort sourcePort, ushort destinationPort, byte flags = Frames.Syn) =>
        SendAsync(AttachPoint.FromEndpoint, from.Id, Frames.Tcp(from.Mac, from.HostMac, Address(from, ipv6), Address(to, ipv6), sourcePort, destinationPort, flags));

    private Task<PacketVerdict> ToWorldAsync(ushort destinationPort, ushort sourcePort = 5000) =>
        SendAsync(AttachPoint.FromEndpoint, Client.Id, Frames.Udp(Client.Mac, Client.HostMac, Client.IPv4!, World, sourcePort, destinationPort));

    private static IPAddress Address(EndpointRow endpoint, bool ipv6) => (ipv6 ? endpoint.IPv6 : endpoint.IPv4)!;

    private static void Delivered(Promise promise, EndpointRow to, PacketVerdict verdict, string what) =>
        promise.Kept(verdict.Kind == VerdictKind.ToEndpoint && verdict.Endpoint == to.Id, () => $"{what} came to {Text(verdict)} instead of being delivered to endpoint {to.Id}.");

    private static void Dropped(Promise promise, DropReason reason, PacketVerdict verdict, string what) =>
        promise.Kept(verdict.Kind == VerdictKind.Drop && verdict.Reason == reason, () => $"{what} came to {Text(verdict)} instead of Drop ({reason}).");

    private static string Text(PacketVerdict verdict) => verdict.Kind switch
    {
        VerdictKind.Drop => $"Drop ({verdict.Reason})",
        VerdictKind.ToEndpoint => $"ToEndpoint {verdict.Endpoint}",
        var kind => kind.ToString(),
    };
}

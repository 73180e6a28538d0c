using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Conformance.Datapath;
using Cilium.Framework.Conformance.Ipam;
using Cilium.Framework.Conformance.Kvstore;
using Cilium.Framework.Conformance.Reconciliation;
using Cilium.Framework.Conformance.References;
using Cilium.Framework.Conformance.Routing;
using Cilium.Framework.Ipam;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routing;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Tests.References;

public sealed class MemoryKvstoreTests : KvstoreConformance
{
    private readonly MemoryKvstoreContent _content = new();

    public MemoryKvstoreTests() => Server = new MemoryStoreServer(_content, members: 3);

    protected override IStoreServer Server { get; }

    protected override void NotApplicable(string reason) => Assert.Fail($"everything applies to the reference: {reason}");

    protected override async ValueTask<bool> EndLeaseAsync(IKvLease lease)
    {
        await lease.RevokeAsync(CancellationToken.None);
        return true;
    }

    protected override ValueTask<IKvstore> CreateAsync() => new(new MemoryKvstore(_content));

    protected override ValueTask<IKvstore?> ReopenAsync() => new(new MemoryKvstore(_content));

    protected override ValueTask<IKvstore?> AfterCrashAsync() => new(new MemoryKvstore(_content));

    protected override ValueTask<IKvstore?> ConnectAnotherAsync() => new(new MemoryKvstore(_content));
}

public sealed class MemoryIpamTests : IpamConformance
{
    protected override ValueTask<IIpam> CreateAsync() => new(new MemoryIpam());
}

public class MemoryTargetTests : TargetConformance<DeviceRow>
{
    protected Dictionary<string, DeviceRow> Held { get; } = [];

    protected override IReadOnlyList<DeviceRow> Rows { get; } = [Row("a"), Row("b"), Row("c")];

    protected override DeviceRow Refused { get; } = Row("bad");

    protected override DeviceRow Changed(DeviceRow row) => row with { Mtu = 1400 };

    protected override void NotApplicable(string reason) => Assert.Contains(reason, References.NotApplicable.Reasons);

    protected override ValueTask<IReconcileTarget<DeviceRow>> CreateAsync() => new(NewTarget());

    protected override ValueTask<IReconcileTarget<DeviceRow>?> RestartAsync() => new(NewTarget());

    protected override ValueTask<IReadOnlyList<string>> ObserveAsync() => new([.. Held.Values.Select(row => row.ToString())]);

    protected virtual IReconcileTarget<DeviceRow> NewTarget() => new MemoryTarget<DeviceRow, string>(row => row.Name, Held)
    {
        Refuses = row => row.Name == "bad" ? "device bad: it is not accepted. Take another." : null,
    };

    private static DeviceRow Row(string name) => new(name, DeviceRole.Native, 1500);
}

public sealed class MemoryRoutingTests : RoutingConformance
{
    protected override ValueTask<IRoutingBackend> CreateAsync() => new(new MemoryRouting(new Dictionary<IpPrefix, NodeRouteRow>()));
}

public sealed class MemoryRouteTargetTests : RouteTargetConformance
{
    private readonly Dictionary<IpPrefix, NodeRouteRow> _routes = [];

    protected override string Device => "host0";

    protected override NodeRouteRow Refused => Row("10.99.0.0/24") with { Device = null };

    protected override void NotApplicable(string reason) => Assert.Contains(reason, References.NotApplicable.Reasons);

    protected override ValueTask<IReconcileTarget<NodeRouteRow>> CreateAsync() => new(new MemoryRouting(_routes).NodeRoutes);

    protected override ValueTask<IReconcileTarget<NodeRouteRow>?> RestartAsync() => new(new MemoryRouting(_routes).NodeRoutes);

    protected override ValueTask<IReadOnlyList<string>> ObserveAsync() => new([.. _routes.Values.Select(row => row.ToString())]);
}

public sealed class MemoryRemoteRouteTargetTests : RemoteRouteTargetConformance
{
    private readonly Dictionary<IpPrefix, NodeRouteRow> _routes = [];

    protected override string Device => "host0";

    protected override void NotApplicable(string reason) => Assert.Contains(reason, References.NotApplicable.Reasons);

    protected override (IPAddress First, IPAddress Second) NextHops(AddressFamily family) => family == AddressFamily.InterNetworkV6
        ? (IPAddress.Parse("2001:db8::2"), IPAddress.Parse("2001:db8::3"))
        : (IPAddress.Parse("192.0.2.2"), IPAddress.Parse("192.0.2.3"));

    protected override ValueTask<IReconcileTarget<NodeRouteRow>> CreateAsync() => new(new MemoryRouting(_routes).NodeRoutes);

    protected override ValueTask<IReconcileTarget<NodeRouteRow>?> RestartAsync() => new(new MemoryRouting(_routes).NodeRoutes);

    protected override ValueTask<IReadOnlyList<string>> ObserveAsync() => new([.. _routes.Values.Select(row => row.ToString())]);
}

/// <summary>The reference ends with its process, shares its tables with nobody, and refuses no such row.</summary>
internal static class NotApplicable
{
    public static readonly string[] Reasons =
    [
        "AddForeignAsync gives false: there can be nothing of others",
        "AddForeignRouteAsync gives false: there can be no routes of others",
        "Unreachable gives null: this backend reaches every node",
        "RestartAsync gives null: what this target makes ends with the process",
        "Refused gives null: this target refuses no row by an outcome",
    ];
}

public sealed class MemoryDatapathTests : DatapathConformance
{
    protected override void NotApplicable(string reason) => Assert.Contains(reason, (string[])["SurvivesAgent is not claimed"]);

    protected override ValueTask<DatapathUnderTest> CreateAsync() => new(new DatapathUnderTest(new MemoryDatapath()));
}

public sealed class MemoryPolicyTargetTests : PolicyTargetConformance
{
    protected override void NotApplicable(string reason) => Assert.Contains(reason, References.NotApplicable.Reasons);

    protected override ValueTask<DatapathUnderTest> CreateDatapathAsync() => new(new DatapathUnderTest(new MemoryDatapath()));
}

public sealed class MemoryIpCacheTargetTests : IpCacheTargetConformance
{
    protected override void NotApplicable(string reason) => Assert.Contains(reason, References.NotApplicable.Reasons);

    protected override ValueTask<DatapathUnderTest> CreateDatapathAsync() => new(new DatapathUnderTest(new MemoryDatapath()));
}

public sealed class MemoryEndpointTargetTests : EndpointTargetConformance
{
    protected override void NotApplicable(string reason) => Assert.Contains(reason, References.NotApplicable.Reasons);

    protected override ValueTask<DatapathUnderTest> CreateDatapathAsync() => new(new DatapathUnderTest(new MemoryDatapath()));
}

using Cilium.Framework.Conformance.Faults;
using Cilium.Framework.Conformance.References;
using Cilium.Framework.Errors;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routing;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Tests.Faults;

public sealed class FaultyRoutingTests
{
    private readonly Dictionary<IpPrefix, NodeRouteRow> _routes = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_fails_to_start_as_often_as_planned()
    {
        await using var routing = Routing(Fault.On(FaultKind.Fails, nameof(IRoutingBackend.InitializeAsync), 1));
        var error = await Assert.ThrowsAsync<CiliumException>(async () => await routing.InitializeAsync(Stop));
        Assert.Equal((ErrorKind.Unavailable, "fault: call 1 of InitializeAsync was made to fail. Nothing was done."), (error.Kind, error.Message));
        await routing.InitializeAsync(Stop);
    }

    [Fact]
    public async Task Its_target_is_named_by_the_property_and_counts_over_every_use_of_it()
    {
        await using var routing = Routing(Fault.On(FaultKind.Fails, "NodeRoutes.ApplyAsync", 2), Fault.Always(FaultKind.FailsAfterwards, "NodeRoutes.PruneAsync"));
        await ApplyAsync(routing, "10.1.0.0/24");
        var error = await Assert.ThrowsAsync<CiliumException>(() => ApplyAsync(routing, "10.2.0.0/24"));
        Assert.Equal("fault: call 2 of NodeRoutes.ApplyAsync was made to fail. Nothing was done.", error.Message);
        await ApplyAsync(routing, "10.3.0.0/24");
        Assert.Equal(["10.1.0.0/24", "10.3.0.0/24"], _routes.Keys.Select(prefix => prefix.ToString()).Order());

        error = await Assert.ThrowsAsync<CiliumException>(async () => await routing.NodeRoutes.PruneAsync([], Stop));
        Assert.Equal("fault: call 1 of NodeRoutes.PruneAsync was made to fail. It was carried out.", error.Message);
        Assert.Empty(_routes);
    }

    [Fact]
    public async Task What_hangs_goes_on_when_the_faults_are_cleared()
    {
        var plan = new FaultPlan(Fault.Always(FaultKind.Hangs, "NodeRoutes.ApplyAsync"));
        await using var routing = new FaultyRouting(new MemoryRouting(_routes), plan);
        var applying = ApplyAsync(routing, "10.1.0.0/24");
        Assert.False(applying.IsCompleted);
        plan.Clear();
        await applying;
        Assert.Single(_routes);
    }

    [Fact]
    public async Task What_only_computes_is_passed_on()
    {
        await using var routing = Routing(Fault.Always(FaultKind.Fails, nameof(IRoutingBackend.Plan)));
        var devices = routing.Plan(new NodeDescription("n", [], [new("eth0", 1500, [], HasDefaultRoute: true)])).Devices;
        Assert.Equal("eth0", Assert.Single(devices).Name);
        Assert.Equal(RoutingCapabilities.RemoteNodes, routing.Capabilities);
    }

    private FaultyRouting Routing(params Fault[] faults) => new(new MemoryRouting(_routes), new FaultPlan(faults));

    private static async Task ApplyAsync(FaultyRouting routing, string prefix)
    {
        var row = new NodeRouteRow(IpPrefix.Parse(prefix), "n", null, "host0", null, 1500);
        Assert.All(await routing.NodeRoutes.ApplyAsync(new([new(ReconcileAction.Upsert, row, null)]), Stop), outcome => Assert.True(outcome.IsDone, outcome.Error));
    }
}

using System.Net.Sockets;
using Cilium.Framework.Conformance.References;
using Cilium.Framework.Conformance.Routing;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routing;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Tests.Twins;

/// <summary>Routing with one defect each, and what its author is told.</summary>
public sealed class BrokenRoutingTests
{
    [Fact]
    public Task A_plan_that_depends_on_how_often_it_was_made()
    {
        var calls = 0;
        return FailsAsync(
            (_, plan) => plan with { Devices = [.. plan.Devices, new($"tun{++calls}", DeviceRole.Overlay)] },
            nameof(RoutingConformance.A_plan_is_the_same_for_the_same_node),
            "Promise: IRoutingBackend.Plan is pure: no I/O, the same answer for the same node",
            "the plan of a further call",
            "Look at: state that Plan keeps, and what it asks the machine instead of NodeDescription.");
    }

    [Fact]
    public Task A_plan_with_a_device_that_is_not_there() => FailsAsync(
        (_, plan) => plan with { Devices = [new("eth7", DeviceRole.Native)] },
        nameof(RoutingConformance.A_plan_can_be_carried_out_on_the_node),
        "device eth7 is planned as Native, but the node has only \"eth0\", \"eth1\".");

    [Fact]
    public Task A_plan_that_forgets_what_wrapping_costs() => FailsAsync(
        (_, plan) => plan with { Encapsulation = Encapsulation.Vxlan, Devices = [new("vxlan0", DeviceRole.Overlay)] },
        nameof(RoutingConformance.A_plan_can_be_carried_out_on_the_node),
        "Vxlan with an MtuOverhead of 0; expected at least 50.");

    [Fact]
    public Task A_plan_that_counts_the_shorter_header_for_both_families() => FailsAsync(
        (_, plan) => Wrapping(plan) with { Underlay = AddressFamily.InterNetworkV6 },
        nameof(RoutingConformance.What_wraps_says_over_which_family_and_what_that_costs),
        "Vxlan over InterNetworkV6 with an MtuOverhead of 50; expected at least 70.");

    [Fact]
    public Task A_plan_that_wraps_in_a_family_that_the_node_does_not_have() => FailsAsync(
        (_, plan) => Wrapping(plan),
        nameof(RoutingConformance.What_wraps_says_over_which_family_and_what_that_costs),
        "Underlay is InterNetwork, but no device of the node has such an address.");

    [Fact]
    public Task A_plan_that_wraps_in_no_family() => FailsAsync(
        (_, plan) => Wrapping(plan) with { Underlay = AddressFamily.Unix },
        nameof(RoutingConformance.What_wraps_says_over_which_family_and_what_that_costs),
        "Underlay is Unix; accepted: InterNetwork, InterNetworkV6.");

    [Fact]
    public Task A_backend_that_wraps_and_does_not_say_that_identities_come_along() => FailsAsync(
        (_, plan) => Wrapping(plan),
        nameof(RoutingConformance.What_wraps_reaches_other_nodes_and_carries_identities),
        "Capabilities of a backend that plans Vxlan: RemoteNodes instead of RemoteNodes, CarriesIdentity.");

    [Fact]
    public Task A_plan_that_breaks_on_a_node_without_devices() => FailsAsync(
        (node, plan) => plan with { Devices = [new(node.Devices[0].Name, DeviceRole.Native)] },
        nameof(RoutingConformance.A_node_without_devices_gets_a_plan_or_a_refusal_in_words),
        "a node without devices: ArgumentOutOfRangeException");

    private static RoutingPlan Wrapping(RoutingPlan plan) => plan with { Encapsulation = Encapsulation.Vxlan, MtuOverhead = 50, Devices = [.. plan.Devices, new("vxlan0", DeviceRole.Overlay)] };

    private static Task FailsAsync(Func<NodeDescription, RoutingPlan, RoutingPlan> alter, string test, params string[] texts) =>
        SuiteRun.FailsAsync(() => new Suite(alter), test, texts);

    private sealed class Suite(Func<NodeDescription, RoutingPlan, RoutingPlan> alter) : RoutingConformance
    {
        protected override ValueTask<IRoutingBackend> CreateAsync() => new(new Twin(alter));
    }

    private sealed class Twin(Func<NodeDescription, RoutingPlan, RoutingPlan> alter) : IRoutingBackend
    {
        private readonly MemoryRouting _good = new(new Dictionary<IpPrefix, NodeRouteRow>());

        public RoutingCapabilities Capabilities => _good.Capabilities;

        public IReconcileTarget<NodeRouteRow> NodeRoutes => _good.NodeRoutes;

        public RoutingPlan Plan(NodeDescription node) => alter(node, _good.Plan(node));

        public ValueTask InitializeAsync(CancellationToken cancellationToken) => _good.InitializeAsync(cancellationToken);

        public ValueTask DisposeAsync() => _good.DisposeAsync();
    }
}

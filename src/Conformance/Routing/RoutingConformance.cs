using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Errors;
using Cilium.Framework.Routing;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Routing;

/// <summary>What every <see cref="IRoutingBackend"/> must do besides its target, which <see cref="RouteTargetConformance"/> tests. Derive from it and say how a backend is made.</summary>
public abstract class RoutingConformance : IAsyncLifetime
{
    /// <summary>Bytes that VXLAN adds over IPv4: outer Ethernet 14, IPv4 20, UDP 8, VXLAN 8 (RFC 7348).</summary>
    private const int VxlanBytes = 50;

    /// <summary>Bytes by which the header of IPv6 (RFC 8200) is longer than that of IPv4.</summary>
    private const int LongerIPv6Header = 20;

    private IRoutingBackend? _routing;

    /// <summary>Makes a backend with settings that fit <see cref="Node"/>; not initialised.</summary>
    protected abstract ValueTask<IRoutingBackend> CreateAsync();

    /// <summary>The node that plans are made for.</summary>
    protected virtual NodeDescription Node { get; } = new("node1", [IpPrefix.Parse("10.44.0.0/24"), IpPrefix.Parse("fd44::/64")],
    [
        new("eth0", 1500, [IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1")], HasDefaultRoute: true),
        new("eth1", 9000, [IPAddress.Parse("198.51.100.1")], HasDefaultRoute: false),
    ]);

    /// <summary>Carries a call out; override it when calls belong into a certain thread or namespace.</summary>
    /// <typeparam name="T">Result of the call.</typeparam>
    /// <param name="call">The call.</param>
    protected virtual ValueTask<T> RunAsync<T>(Func<ValueTask<T>> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return call();
    }

    /// <summary>How long one call may take before it counts as hanging.</summary>
    protected virtual TimeSpan Patience => TimeSpan.FromSeconds(10);

    /// <summary>Begins a test.</summary>
    public async ValueTask InitializeAsync() => _routing = await CreateAsync();

    /// <summary>Ends a test; override it to remove what was made.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_routing is not null)
            await _routing.DisposeAsync();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private IRoutingBackend Routing => _routing ?? throw new InvalidOperationException("The test has not begun.");

    [Fact]
    public async Task A_plan_is_the_same_for_the_same_node()
    {
        var promise = new Promise("IRoutingBackend.Plan is pure: no I/O, the same answer for the same node, before and after InitializeAsync.", "state that Plan keeps, and what it asks the machine instead of NodeDescription.");
        var first = Plan(promise, Node);
        var copy = Node with { Devices = [.. Node.Devices], PodCidrs = [.. Node.PodCidrs] };
        var plans = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Plan(promise, copy))));
        await InitializeTwiceAsync(promise);
        await using var another = await CreateAsync();
        foreach (var plan in (RoutingPlan[])[.. plans, Plan(promise, Node), another.Plan(Node)])
            promise.Equal(Text(first), Text(plan), "the plan of a further call");
    }

    [Fact]
    public void A_plan_can_be_carried_out_on_the_node()
    {
        var promise = new Promise("IRoutingBackend.Plan names devices that the datapath can attach to, and the bytes that wrapping adds.", "devices that the node does not have (but for an overlay device, which the backend makes), and MtuOverhead.");
        var plan = Plan(promise, Node);
        promise.Kept(plan.Devices.Select(device => device.Name).Distinct().Count() == plan.Devices.Count, () => $"a device is planned twice: {Show.All(plan.Devices)}.");
        foreach (var device in plan.Devices)
        {
            promise.Kept(device.Name.Length is > 0 and <= 15, () => $"device {Show.One(device.Name)}: the kernel takes names of 1 to 15 characters.");
            promise.Kept(device.Role != DeviceRole.Host, () => $"device {device.Name} has the role Host: the datapath has its own host device.");
            promise.Kept(device.Role == DeviceRole.Overlay || Node.Devices.Any(there => there.Name == device.Name), () => $"device {device.Name} is planned as {device.Role}, but the node has only {Show.All([.. Node.Devices.Select(there => there.Name)])}.");
        }

        var (least, most) = plan.Encapsulation == Encapsulation.None ? (0, 0) : (VxlanBytes, int.MaxValue);
        promise.Kept(plan.MtuOverhead >= least && plan.MtuOverhead <= most, () => $"{plan.Encapsulation} with an MtuOverhead of {plan.MtuOverhead}; expected {(most == 0 ? "0" : $"at least {least}")}.");
        promise.Kept(plan.Encapsulation == Encapsulation.None || plan.Devices.Any(device => device.Role == DeviceRole.Overlay), () => $"{plan.Encapsulation} without an overlay device.");
    }

    [Fact]
    public void What_wraps_says_over_which_family_and_what_that_costs()
    {
        var promise = new Promise(
            "RoutingPlan: a plan that wraps names the family of the outer packets, which the node has an address of, and counts that family's header.",
            "an overhead that is one number for both families, and an underlay that nobody compares with the node's addresses.");
        foreach (var family in (AddressFamily?[])[null, AddressFamily.InterNetwork, AddressFamily.InterNetworkV6])
        {
            var node = family is null ? Node : Node with { Devices = [.. Node.Devices.Select(device => device with { Addresses = [.. device.Addresses.Where(address => address.AddressFamily == family)] })] };
            // A refusal in words is an answer too: settings may name the other family.
            if (PlanOrNull(node) is not { } plan || plan.Encapsulation == Encapsulation.None)
                continue;
            promise.Kept(plan.Underlay is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6, () => $"Underlay is {plan.Underlay}; accepted: InterNetwork, InterNetworkV6.");
            promise.Kept(node.Devices.Any(device => device.Addresses.Any(address => address.AddressFamily == plan.Underlay)), () => $"Underlay is {plan.Underlay}, but no device of the node has such an address.");
            var least = VxlanBytes + (plan.Underlay == AddressFamily.InterNetworkV6 ? LongerIPv6Header : 0);
            promise.Kept(plan.MtuOverhead >= least, () => $"{plan.Encapsulation} over {plan.Underlay} with an MtuOverhead of {plan.MtuOverhead}; expected at least {least}.");
        }
    }

    [Fact]
    public void What_wraps_reaches_other_nodes_and_carries_identities()
    {
        var promise = new Promise(
            "Encapsulation: the VNI of a wrapped packet carries the source identity; who wraps answers for the ranges of other nodes.",
            "Capabilities that were copied from a backend that does not wrap.");
        const RoutingCapabilities All = RoutingCapabilities.RemoteNodes | RoutingCapabilities.CarriesIdentity;
        if (PlanOrNull(Node) is { } plan && plan.Encapsulation != Encapsulation.None)
            promise.Equal(All, Routing.Capabilities & All, $"Capabilities of a backend that plans {plan.Encapsulation}");
    }

    [Fact]
    public void A_node_without_devices_gets_a_plan_or_a_refusal_in_words()
    {
        var promise = new Promise("IRoutingBackend.Plan throws ConfigurationException when its settings do not fit the node, and nothing else.", "a device list that is empty.");
        try
        {
            Routing.Plan(Node with { Devices = [] });
        }
        catch (ConfigurationException error)
        {
            promise.Kept(error.Problems.All(problem => problem.Path.Length > 0 && problem.Message.Length > 0), () => $"a problem without its setting or its text: {Show.All(error.Problems)}.");
        }
        catch (Exception error)
        {
            throw promise.Broken($"a node without devices: {Show.Failure(error)}");
        }
    }

    [Fact]
    public async Task Initialising_may_be_repeated() => await InitializeTwiceAsync(new Promise("IRoutingBackend.InitializeAsync is idempotent.", "devices or sockets that are made a second time."));

    private async Task InitializeTwiceAsync(Promise promise)
    {
        for (var round = 1; round <= 2; round++)
        {
            try
            {
                await new Deadline(Patience).Of(RunAsync(async () =>
                {
                    await Routing.InitializeAsync(Stop);
                    return true;
                }), "IRoutingBackend.InitializeAsync");
            }
            catch (Exception error) when (error is not BrokenPromiseException)
            {
                throw promise.Broken($"call {round} of InitializeAsync threw {Show.Failure(error)}");
            }
        }

        promise.Kept(Routing.NodeRoutes is not null, () => "NodeRoutes is null.");
    }

    private RoutingPlan Plan(Promise promise, NodeDescription node)
    {
        try
        {
            return Routing.Plan(node);
        }
        catch (Exception error)
        {
            throw promise.Broken($"Plan threw {Show.Failure(error)}");
        }
    }

    private RoutingPlan? PlanOrNull(NodeDescription node)
    {
        try
        {
            return Routing.Plan(node);
        }
        catch (ConfigurationException)
        {
            return null;
        }
    }

    private static string Text(RoutingPlan plan) => $"{plan.Encapsulation}, overhead {plan.MtuOverhead}, underlay {plan.Underlay}, devices {Show.All(plan.Devices)}";
}

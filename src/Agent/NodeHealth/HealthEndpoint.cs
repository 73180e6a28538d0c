using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Configuration;
using Cilium.Framework.Endpoints;
using Cilium.Framework.Errors;
using Cilium.Framework.Health;
using Cilium.Framework.Hosting;
using Cilium.Framework.Ipam;
using Cilium.Framework.Labels;
using Cilium.Framework.Netlink;
using Cilium.Framework.NodeHealth;
using Cilium.Framework.Nodes;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Agent.NodeHealth;

/// <summary>An endpoint of this node that stands for its pods: what reaches it reaches them. It has the fixed identity <c>health</c> and the policy of that identity.</summary>
/// <param name="options">Settings.</param>
/// <param name="ipam">Where its addresses come from.</param>
/// <param name="registry">Where it is an endpoint like others.</param>
/// <param name="tables">The node's tables.</param>
/// <param name="plan">The routing plan; null: there is none yet.</param>
/// <param name="health">Where it is told why there is none.</param>
/// <param name="time">The clock.</param>
internal sealed class HealthEndpoint(
    AgentOptions options, IpamService ipam, EndpointRegistry registry, NodeTables tables, Func<DevicePlan?> plan, IHealthReporter health, TimeProvider time)
{
    /// <summary>Who holds its addresses.</summary>
    private const string Owner = "health";

    /// <summary>What people see.</summary>
    private const string ContainerName = "cilium-health";

    /// <summary>How often it is looked after; as often as Cilium does (facts 9.7).</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>As long as no range or plan is known.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private static readonly LabelSet Labels = LabelSet.Create([new Label(Label.ReservedSource, "health")]);

    /// <summary>What is known of it from before a restart: other nodes must not lose it for a moment.</summary>
    public void Remember() => Publish(Known()?.Addresses ?? []);

    /// <summary>Keeps it until cancelled; it stays afterwards.</summary>
    /// <param name="devices">Its devices.</param>
    /// <param name="node">The node's namespace.</param>
    /// <param name="ct">Ends it.</param>
    public async Task RunAsync(HealthDevices devices, RouteNetlink node, CancellationToken ct)
    {
        while (true)
        {
            var addresses = await AllocateAsync(ct);
            if (plan() is { } known && addresses.Count > 0)
            {
                var (host, inside) = devices.Ensure(known.DeviceMtu, known.RouteMtu, addresses);
                await AnnounceAsync(Proposal(host, inside, [.. addresses.Select(address => address.Address)]), ct);
                // Up only now: until the datapath has taken it over, nothing judges its packets.
                node.SetUp(host.Index);
                Publish([.. addresses.Select(address => address.Address)]);
                health.Ok($"the health endpoint has {string.Join(", ", addresses.Select(address => address.Address))}");
                await Task.Delay(Interval, time, ct);
            }
            else
            {
                health.Ok("the health endpoint waits for an address of this node's ranges");
                await Task.Delay(Retry, time, ct);
            }
        }
    }

    /// <summary>An earlier agent of this node had one.</summary>
    public bool IsKnown => Known() is not null || ipam.List().Any(lease => lease.Owner == Owner);

    /// <summary>Removes what an earlier agent made of it, and waits for the end: there is nothing more to do.</summary>
    /// <param name="node">The node's namespace; null: no device is real.</param>
    /// <param name="ct">Ends it.</param>
    public async Task RemoveAsync(RouteNetlink? node, CancellationToken ct)
    {
        Publish([]);
        if (Known() is { } known)
            await registry.RemoveAsync(known.Id);
        foreach (var lease in ipam.List().Where(lease => lease.Owner == Owner))
            await ipam.ReleaseAsync(lease.Address, CancellationToken.None);
        node?.DeleteLink(HealthDevices.HostName);
        await Task.Delay(Timeout.InfiniteTimeSpan, time, ct);
    }

    private EndpointRequest? Known() => registry.Known.FirstOrDefault(request => request.Device == HealthDevices.HostName);

    private void Publish(IEnumerable<IPAddress> addresses) => tables.HealthAddresses.ReplaceAll(addresses.Select(address => new HealthAddressRow(address)));

    private async Task<IReadOnlyList<(IPAddress Address, IPAddress Gateway)>> AllocateAsync(CancellationToken ct)
    {
        var addresses = new List<(IPAddress, IPAddress)>();
        foreach (var family in Families().Where(family => ipam.LocalPools().Any(pool => pool.Cidr.Family == family)))
        {
            var result = await ipam.AllocateAsync(Owner, family, ct);
            if (result.Address is null)
                throw new CiliumException(ErrorKind.Unavailable, $"The health endpoint gets no {(family == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4")} address: {result.Message}");
            addresses.Add((result.Address, result.Gateway!));
        }

        return addresses;
    }

    private IEnumerable<AddressFamily> Families()
    {
        if (options.IPv4)
            yield return AddressFamily.InterNetwork;
        if (options.IPv6)
            yield return AddressFamily.InterNetworkV6;
    }

    private static EndpointProposal Proposal(Link host, Link inside, IReadOnlyList<IPAddress> addresses) => new(
        Id: 0, ContainerId: "", ContainerName, HealthDevices.HostName, host.Index,
        MacAddress.FromBytes(inside.Mac.GetAddressBytes()), MacAddress.FromBytes(host.Mac.GetAddressBytes()),
        addresses.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork), addresses.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetworkV6), Labels);

    /// <summary>Makes it an endpoint, unless it is the same one already, and waits until its packets are judged.</summary>
    private async Task AnnounceAsync(EndpointProposal wanted, CancellationToken ct)
    {
        if (Known() is { } known && IsSame(known, wanted))
        {
            await RealisedAsync(known.Id, ct);
            return;
        }

        if (Known() is { } other)
            await registry.RemoveAsync(other.Id);
        var added = await registry.AddAsync(wanted, ct);
        if (added.Request is null)
            throw new CiliumException(ErrorKind.Conflict, $"The health endpoint cannot be added: {added.Message}");
        await RealisedAsync(added.Request.Id, ct);
    }

    private static bool IsSame(EndpointRequest known, EndpointProposal wanted) => known.IfIndex == wanted.IfIndex && known.Mac == wanted.Mac && known.HostMac == wanted.HostMac
        && Equals(known.IPv4, wanted.IPv4) && Equals(known.IPv6, wanted.IPv6) && known.Labels.Equals(wanted.Labels);

    private async Task RealisedAsync(ushort id, CancellationToken ct)
    {
        var wake = new Wake();
        using var attachment = tables.Endpoints.Attach(wake);
        while (tables.Endpoints.Rows[id]?.Realised is null)
            await wake.WaitAsync(ct);
    }
}

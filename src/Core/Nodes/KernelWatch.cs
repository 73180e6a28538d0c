using Cilium.Framework.Netlink;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Nodes;

/// <summary>Sees what others do to the node's devices, addresses and routes while the agent runs.</summary>
/// <param name="changes">What the kernel tells.</param>
/// <param name="devices">Devices that are attached to.</param>
/// <param name="routes">Routes to pod ranges.</param>
/// <param name="plan">Set when the node has to be looked at and planned anew.</param>
/// <param name="changedDevices">Told which devices are new, different or gone.</param>
/// <param name="changedRoutes">Told to which ranges a route is new, different or gone.</param>
internal sealed class KernelWatch(
    NetlinkChanges changes, DesiredTable<string, DeviceRow> devices, DesiredTable<IpPrefix, NodeRouteRow> routes, Wake plan, Drift<string> changedDevices, Drift<IpPrefix> changedRoutes)
{
    private readonly HashSet<int> _attached = [];

    /// <summary>Reads on until cancelled.</summary>
    /// <param name="ct">Ends it.</param>
    public async Task RunAsync(CancellationToken ct)
    {
        // What happened before anybody read is found by looking.
        LookAtAll();
        await foreach (var change in changes.ReadAllAsync(ct))
        {
            if (change.Kind == NetlinkChangeKind.Resync)
                LookAtAll();
            else if (change.Address is { } address)
                See(address, change.IsRemoved);
            else if (change.Link is { } link)
                See(link, change.IsRemoved);
            else if (change.Route is { Table: Route.MainTable } route)
                See(route);
        }
    }

    private void LookAtAll()
    {
        plan.Set();
        changedDevices.Add(devices.Desired.Select(row => row.Name));
        LookAtRoutes();
    }

    // The kernel takes IPv4 routes along with a device that goes or is switched off, and with the address that they need, and tells of none of them.
    private void LookAtRoutes() => changedRoutes.Add(routes.Desired.Select(row => row.PodCidr));

    private void See(Address address, bool isRemoved)
    {
        plan.Set();
        if (isRemoved && !address.IP.IsIPv6LinkLocal)
            LookAtRoutes();
    }

    // A pod that starts makes links too: only those that are attached to say something about it.
    private void See(Link link, bool isRemoved)
    {
        var isAttached = devices.Rows[link.Name] is not null;
        if (isAttached)
            changedDevices.Add([link.Name]);
        else if (!_attached.Contains(link.Index))
            return;
        plan.Set();
        LookAtRoutes();
        if (isRemoved)
            _attached.Remove(link.Index);
        else if (isAttached)
            _attached.Add(link.Index);
    }

    private void See(Route route)
    {
        if (route.PrefixLength == 0)
            plan.Set();
        else if (route.Destination is { } destination && new IpPrefix(destination, route.PrefixLength) is var range && routes.Rows[range] is { IsDeleting: false })
            changedRoutes.Add([range]);
    }
}

using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Datapath.Bpf.Programs;
using Cilium.Framework.Errors;
using Cilium.Framework.Netlink;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Targets;

/// <summary>Devices of the node: native ones and the one that wraps packets get a filter, the node's door to its endpoints is created.</summary>
/// <param name="overlay">One entry: the device that wraps packets.</param>
/// <param name="changed">Settings of native devices.</param>
internal sealed class DeviceTarget(DeviceFilters filters, BpfMap<uint, OverlayValue> overlay, ChangedSysctls changed) : IReconcileTarget<DeviceRow>
{
    private const string VethKind = "veth";

    public ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<DeviceRow> batch, CancellationToken cancellationToken)
    {
        using var netlink = RouteNetlink.Open();
        return new(BatchRun.Each(batch, item => Apply(netlink, item), cancellationToken));
    }

    public ValueTask<int> PruneAsync(IReadOnlyCollection<DeviceRow> desired, CancellationToken cancellationToken)
    {
        using var netlink = RouteNetlink.Open();
        var roles = desired.ToDictionary(row => row.Name, row => row.Role);
        var removed = 0;
        var links = netlink.ListLinks();
        foreach (var link in links.TakeWhile(_ => !cancellationToken.IsCancellationRequested))
        {
            var role = roles.TryGetValue(link.Name, out var wanted) ? wanted : (DeviceRole?)null;
            if (role != DeviceRole.Native && filters.IsNative(link.Index) && filters.DetachIngress(link.Index))
                removed++;
            if (role != DeviceRole.Overlay && filters.IsOverlay(link.Index) && filters.DetachIngress(link.Index))
                removed++;
            if (role != DeviceRole.Host && IsHost(link))
            {
                netlink.DeleteLink(link.Name);
                removed++;
            }
        }

        if (!cancellationToken.IsCancellationRequested && !links.Any(link => link.Index == overlay.Get(0).IfIndex && desired.Any(row => row.Name == link.Name && row.Role == DeviceRole.Overlay)))
            SetOverlay(default);
        removed += filters.RemoveDead();
        filters.ForgetReplaced([.. links.Select(link => link.Index)]);
        return new(removed);
    }

    /// <summary>Detaches every filter of ours from every device, and deletes devices of ours.</summary>
    /// <returns>A line for each.</returns>
    public static IEnumerable<string> RemoveAll(RouteNetlink netlink, string bpffs)
    {
        foreach (var link in netlink.ListLinks())
        {
            if (link.Kind == VethKind && DeviceFilters.Has(bpffs, link.Index, TcHook.Egress, ProgramSet.FromHost))
            {
                netlink.DeleteLink(link.Name);
                yield return $"device {link.Name}";
                continue;
            }

            if (DeviceFilters.Detach(bpffs, link.Index, TcHook.Ingress))
                yield return $"filter of {link.Name} ingress";
            if (DeviceFilters.Detach(bpffs, link.Index, TcHook.Egress))
                yield return $"filter of {link.Name} egress";
        }
    }

    private void Apply(RouteNetlink netlink, ReconcileItem<DeviceRow> item)
    {
        var link = netlink.FindLink(item.Row.Name);
        if (item.Action == ReconcileAction.Delete)
        {
            Remove(netlink, item.Row, link);
            return;
        }

        switch (item.Row.Role)
        {
            case DeviceRole.Native:
                AttachNative(item.Row, link);
                break;
            case DeviceRole.Host:
                AttachHost(netlink, item.Row, link);
                break;
            default:
                AttachOverlay(netlink, item.Row, link);
                break;
        }
    }

    private void AttachNative(DeviceRow row, Link? link)
    {
        if (link is null)
            throw new CiliumException(ErrorKind.Unavailable, $"device {row.Name}: there is no such device. Create it, or take it out of the configuration.");
        Sysctl.Open(row.Name, changed);
        filters.AttachNative(link.Index);
    }

    // Whoever routes makes the device. Packets are sent through it once those that arrive are judged.
    private void AttachOverlay(RouteNetlink netlink, DeviceRow row, Link? link)
    {
        if (link is null)
            throw new CiliumException(ErrorKind.Unavailable, $"device {row.Name}: there is no such device yet. The routing provider makes it; endpoints of other nodes cannot be reached until then.");
        if (link.Tunnel is not { CollectsMetadata: true })
            throw new CiliumException(ErrorKind.Conflict, $"device {row.Name}: it is of kind \"{link.Kind}\" and does not take the other node from each packet. The datapath needs a vxlan or geneve device in collect-metadata mode (\"external\") there: delete the device, or name another.");
        if (link.Mtu != row.Mtu)
            netlink.SetMtu(link.Index, row.Mtu);
        Sysctl.Open(row.Name);
        filters.AttachOverlay(link.Index);
        SetOverlay(new() { IfIndex = (uint)link.Index, Mtu = (uint)row.Mtu });
    }

    private void SetOverlay(OverlayValue desired)
    {
        var current = overlay.Get(0);
        if ((current.IfIndex, current.Mtu) != (desired.IfIndex, desired.Mtu))
            overlay.Set(0, desired);
    }

    private void AttachHost(RouteNetlink netlink, DeviceRow row, Link? link)
    {
        var peer = PeerOf(row.Name);
        if (link is null)
        {
            netlink.CreateVeth(new VethPair { Name = row.Name, PeerName = peer, Mtu = row.Mtu });
            link = netlink.FindLink(row.Name)!;
        }

        if (link.Kind != VethKind)
            throw new CiliumException(ErrorKind.Conflict, $"device {row.Name}: it exists and is of kind \"{link.Kind}\". The datapath needs a veth pair of its own there: delete the device, or name another.");
        Prepare(netlink, link, row.Mtu);
        if (netlink.FindLink(peer) is { } other)
            Prepare(netlink, other, row.Mtu);
        SetAddresses(netlink, link.Index, [.. new[] { row.IPv4, row.IPv6 }.OfType<IPAddress>()]);
        Sysctl.Open(row.Name);
        filters.AttachHost(link.Index);
    }

    private static void Prepare(RouteNetlink netlink, Link link, int mtu)
    {
        if (link.Mtu != mtu)
            netlink.SetMtu(link.Index, mtu);
        if (link.HasArp)
            netlink.DisableArp(link.Index);
        if (!link.IsUp)
            netlink.SetUp(link.Index);
    }

    private static void SetAddresses(RouteNetlink netlink, int ifIndex, IReadOnlyList<IPAddress> desired)
    {
        var present = netlink.ListAddresses().Where(address => address.IfIndex == ifIndex && !address.IP.IsIPv6LinkLocal).ToArray();
        foreach (var address in present.Where(address => !desired.Contains(address.IP)))
            netlink.DeleteAddress(ifIndex, address.IP, address.PrefixLength);
        foreach (var address in desired.Where(address => present.All(held => !held.IP.Equals(address))))
            netlink.AddAddress(ifIndex, address, address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32);
    }

    private void Remove(RouteNetlink netlink, DeviceRow row, Link? link)
    {
        if (row.Role == DeviceRole.Overlay && overlay.Get(0).IfIndex is var wraps && (wraps == link?.Index || LibC.DeviceName((int)wraps) is null))
            SetOverlay(default);
        if (link is null)
            return;
        if (row.Role is DeviceRole.Native or DeviceRole.Overlay)
            filters.DetachIngress(link.Index);
        else if (IsHost(link))
            netlink.DeleteLink(link.Name);
    }

    private bool IsHost(Link link) => link.Kind == VethKind && filters.IsHost(link.Index);

    // cilium_host and cilium_net, as Cilium calls them.
    private static string PeerOf(string name) =>
        name.EndsWith("host", StringComparison.Ordinal) ? name[..^"host".Length] + "net" : name[..Math.Min(name.Length, 13)] + "_p";
}

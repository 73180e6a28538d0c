using Cilium.Framework.Client.Models;
using Cilium.Framework.Errors;
using Cilium.Framework.Hosting;
using Cilium.Framework.Netlink;
using Cilium.Framework.Routes;

namespace Cilium.Framework.Agent.Ledger;

/// <summary>Answers <c>GET /framework/route-ledger</c>.</summary>
/// <param name="netlink">The node's namespace; null when the datapath carries no real packets.</param>
/// <param name="tables">The node's tables.</param>
/// <param name="ours">Number that marks our routes.</param>
internal sealed class LedgerReport(RouteNetlink? netlink, NodeTables tables, byte ours)
{
    /// <exception cref="CiliumException">There is no kernel to ask, or it refused.</exception>
    public IReadOnlyList<RouteLedgerEntry> Create()
    {
        if (netlink is null)
            throw new CiliumException(ErrorKind.Unsupported, "route ledger: the selected datapath carries no real packets, so that nobody sets routes. Select another one (datapath.provider).");
        var ranges = tables.Nodes.SelectMany(node => node.PodCidrs).Concat(tables.PodCidrs.Select(own => own.Cidr));
        return [.. new RouteLedger(ours, RouteOwners.NameOf).Lines(Read(netlink), tables.NodeRoutes.Rows, ranges).Select(ToModel)];
    }

    private static List<SeenRoute> Read(RouteNetlink netlink)
    {
        try
        {
            return [.. KernelRoutes.Read(netlink)];
        }
        catch (NetlinkException exception)
        {
            throw new CiliumException(ErrorKind.Unavailable, $"route ledger: the kernel's routes cannot be read: {exception.Message}. Ask again.", exception);
        }
    }

    private static RouteLedgerEntry ToModel(LedgerLine line) => new()
    {
        Destination = line.Destination.ToString(), NextHop = line.Route?.NextHop, Device = line.Route?.Device, Mtu = line.Route is { Mtu: > 0 } route ? route.Mtu : null, Table = line.Route?.Table, Metric = line.Route?.Metric,
        Owner = line.Owner, State = Word(line.State), Why = line.Why,
    };

    private static string Word(LedgerState state) => state == LedgerState.LeftOver ? "left-over" : state.ToString().ToLowerInvariant();
}

using Cilium.Framework.Client.Models;
using Cilium.Framework.Errors;
using Cilium.Framework.Hosting;
using Cilium.Framework.Netlink;
using Cilium.Framework.Nodes;
using Cilium.Framework.Routes;

namespace Cilium.Framework.Agent.Mtu;

/// <summary>Answers <c>GET /framework/mtu</c>.</summary>
/// <param name="netlink">The node's namespace; null when the datapath carries no real packets.</param>
/// <param name="plan">The plan that is in force; null: there is none.</param>
/// <param name="tables">The node's tables.</param>
internal sealed class MtuAnswer(RouteNetlink? netlink, Func<DevicePlan?> plan, NodeTables tables)
{
    /// <exception cref="CiliumException">There is no kernel to ask, or it refused.</exception>
    public MtuReport Create()
    {
        if (netlink is null || plan() is not { } current)
            throw new CiliumException(ErrorKind.Unsupported, "mtu: the selected datapath carries no real packets, so that they have no size. Select another one (datapath.provider).");
        var now = Read(netlink);
        var explanation = new MtuExplanation(current, now, tables.EndpointRequests.Select(request => request.Device));
        return new MtuReport
        {
            Devices = [.. current.Devices().Select(device => new MtuDevice { Name = device.Name, Role = device.Role.ToString().ToLowerInvariant(), Mtu = now.TryGetValue(device.Name, out var mtu) ? mtu : null })],
            Configured = current.ConfiguredMtu, Encapsulation = explanation.Encapsulation, Overhead = current.Routing.MtuOverhead, Underlay = explanation.Underlay,
            EndpointMtu = current.DeviceMtu, RouteMtu = current.RouteMtu, Lines = explanation.Lines(),
        };
    }

    private static Dictionary<string, int> Read(RouteNetlink netlink)
    {
        try
        {
            return netlink.ListLinks().ToDictionary(link => link.Name, link => link.Mtu);
        }
        catch (NetlinkException exception)
        {
            throw new CiliumException(ErrorKind.Unavailable, $"mtu: the kernel's devices cannot be read: {exception.Message}. Ask again.", exception);
        }
    }
}

using Cilium.Framework.Errors;
using Cilium.Framework.Netlink;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routing.KubeRouter.Session;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.Routes;

/// <summary>Looks whether somebody else, kube-router as a rule, has made a route to the range, and says why not. Makes and changes none.</summary>
internal sealed class VerifiedRoutes(KernelRoutes kernel, SpeakerSession session, KubeRouterSettings settings) : IRemoteRoutes
{
    private readonly Dictionary<IpPrefix, NodeRouteRow> _desired = [];

    public bool OwnsRoutes => false;

    public async ValueTask<RowOutcome> UpsertAsync(NodeRouteRow row, KernelSnapshot kernelThen, CancellationToken cancellationToken)
    {
        _desired[row.PodCidr] = row;
        // One of ours, of an earlier configuration, would hide what the others made.
        var there = kernel.Remove(row.PodCidr, kernelThen) > 0 ? kernel.Read([row.PodCidr.Family]) : kernelThen;
        if (WhyNot(row.PodCidr, there) is not { } problem)
            return RowOutcome.Done;
        await session.FirstAnswerAsync(cancellationToken);
        return RowOutcome.Failed(ErrorKind.Unavailable, $"route {row.PodCidr} of node {row.Node}: {problem}: {MissingRoute.Why(row, _desired.Values, session.View, settings)}");
    }

    public void Forget(IpPrefix prefix) => _desired.Remove(prefix);

    public void Retain(IReadOnlySet<IpPrefix> prefixes)
    {
        foreach (var prefix in _desired.Keys.Where(prefix => !prefixes.Contains(prefix)).ToArray())
            _desired.Remove(prefix);
    }

    /// <returns>Null: packets to the range take a route that somebody made for it.</returns>
    private string? WhyNot(IpPrefix range, KernelSnapshot there)
    {
        // The first address is the network's own, and a broadcast address where the network is on a device.
        var address = range.IsHost ? range.Address : range.Subnet(range.IsIPv6 ? 128 : 32, 1).Address;
        if (kernel.Netlink.FindRoute(address) is not { } answer)
            return "the kernel has no route to it, or one that refuses";
        if (answer.Type == Route.LocalType)
            return $"the kernel takes {address} for an address of this node";
        return there.Behind(address, answer) switch
        {
            null or { PrefixLength: 0 } => $"only the default route{(answer.Gateway is { } gateway ? $" through {gateway}" : "")} leads there",
            var route when kernel.IsOwn(route) => $"this node's own range {KernelSnapshot.PrefixOf(route)} covers it",
            _ => null,
        };
    }
}

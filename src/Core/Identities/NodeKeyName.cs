using System.Net;
using System.Net.Sockets;

namespace Cilium.Framework.Identities;

/// <summary>Name of this node in the keys of its uses: one of its own addresses, as Cilium has it (facts 9.4). It stays over restarts, or uses under the old name would be nobody's.</summary>
internal static class NodeKeyName
{
    /// <summary>Chooses it.</summary>
    /// <param name="configured">Setting <c>node:ipv4</c>; null: not set.</param>
    /// <param name="remembered">What it was before; null: never chosen.</param>
    /// <param name="addresses">All addresses of the machine, in the kernel's order.</param>
    /// <param name="gateways">Gateways of this node's pod ranges: many nodes may have the same, and they are not there before the datapath is.</param>
    /// <param name="nodeName">What is taken when there is no address: a name in the cluster is one node's, a loopback address is everybody's.</param>
    public static string Choose(IPAddress? configured, string? remembered, IReadOnlyCollection<IPAddress> addresses, IReadOnlyCollection<IPAddress> gateways, string nodeName)
    {
        if (configured is not null)
            return configured.ToString();
        var own = addresses.Where(address => !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal && !gateways.Contains(address))
            .OrderBy(address => address.AddressFamily != AddressFamily.InterNetwork).Select(address => address.ToString()).ToList();
        // An address that is not there at the moment, as before a lease is renewed, is no reason for another name; one that another machine may have by now is.
        if (remembered is not null && (own.Contains(remembered) || (own.Count == 0 && !IsShared(remembered, gateways))))
            return remembered;
        return own.FirstOrDefault() ?? nodeName;
    }

    private static bool IsShared(string name, IReadOnlyCollection<IPAddress> gateways) =>
        IPAddress.TryParse(name, out var address) && (IPAddress.IsLoopback(address) || gateways.Contains(address));
}

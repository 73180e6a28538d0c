using Cilium.Framework.Errors;
using Cilium.Framework.Routing;

namespace Cilium.Framework.Nodes;

/// <summary>Setting <c>mtu</c>, before anything is made of it.</summary>
internal static class ConfiguredMtu
{
    /// <summary>RFC 8200 section 5: bytes that every link must carry for IPv6.</summary>
    private const int LeastForIPv6 = 1280;

    /// <summary>Refuses one that leaves IPv6 endpoints less than every link must carry.</summary>
    /// <param name="plan">How packets leave this node.</param>
    /// <exception cref="ConfigurationException">It is such a one. Nothing was changed.</exception>
    public static void Check(DevicePlan plan)
    {
        if (plan.ConfiguredMtu is not { } mtu || plan.RouteMtu >= LeastForIPv6 || !plan.Node.PodCidrs.Any(range => range.IsIPv6))
            return;
        var overhead = plan.Routing.MtuOverhead;
        var left = plan.Routing.Encapsulation == Encapsulation.None ? "" : $", of which {overhead} are for wrapping: {plan.RouteMtu} are left";
        throw new ConfigurationException([new("mtu", $"is {mtu}{left}, but IPv6 needs {LeastForIPv6} bytes. Raise it to {LeastForIPv6 + overhead} or more, or give the node's endpoints no IPv6 range (ipv6.enabled, ipv6.pod-cidr).")]);
    }
}

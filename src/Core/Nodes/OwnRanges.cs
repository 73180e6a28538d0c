using Cilium.Framework.Errors;
using Cilium.Framework.Routing;

namespace Cilium.Framework.Nodes;

/// <summary>Ranges of this node's endpoints, before anything is made of them.</summary>
internal static class OwnRanges
{
    /// <summary>Refuses a range in which this node has an address of its own: its route would take the node's network away.</summary>
    /// <param name="node">This node.</param>
    /// <exception cref="ConfigurationException">There is one. Nothing was changed.</exception>
    public static void Check(NodeDescription node)
    {
        var problems = node.PodCidrs.SelectMany(range => node.Devices.SelectMany(device => device.Addresses.Where(range.Contains), (device, address) => new ConfigurationProblem(
            range.IsIPv6 ? "ipv6:pod-cidr" : "ipv4:pod-cidr",
            $"{range} holds {address}, which is on {device.Name}: the node's endpoints would have addresses of its network. Give them a range apart from every network of the node."))).ToList();
        if (problems.Count > 0)
            throw new ConfigurationException(problems);
    }
}

using Cilium.Framework.Errors;

namespace Cilium.Framework.Routing.Shared;

/// <summary>Devices of the node that the datapath attaches to.</summary>
/// <param name="Path">Path of the setting, for messages.</param>
/// <param name="Names">Names; empty: those with a default route.</param>
internal sealed record NativeDevices(string Path, IReadOnlyList<string> Names)
{
    /// <summary>Those of a node.</summary>
    /// <exception cref="ConfigurationException">The node lacks a named one.</exception>
    public IReadOnlyList<NodeDevice> Of(NodeDescription node)
    {
        var missing = Names.Where(name => node.Devices.All(device => device.Name != name)).Distinct().ToArray();
        if (missing.Length > 0)
        {
            var known = string.Join(", ", node.Devices.Select(device => device.Name).DefaultIfEmpty("none"));
            throw new ConfigurationException([.. missing.Select(name => new ConfigurationProblem(Path, $"\"{name}\" is not a device of node {node.Name}. Its devices: {known}."))]);
        }

        return Names.Count > 0 ? [.. Names.Distinct().Select(name => node.Devices.First(device => device.Name == name))] : [.. node.Devices.Where(device => device.HasDefaultRoute)];
    }
}

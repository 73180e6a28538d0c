using System.Globalization;
using System.Net.Sockets;
using Cilium.Framework.Nodes;
using Cilium.Framework.Routing;

namespace Cilium.Framework.Routes;

/// <summary>The node's plan + what its devices carry now -> how many bytes a packet may have where, and why, line by line. Pure.</summary>
/// <param name="plan">The plan that is in force.</param>
/// <param name="now">Bytes per packet of every device that the node has at this moment, by name.</param>
/// <param name="endpoints">Names of the endpoints' devices.</param>
internal sealed class MtuExplanation(DevicePlan plan, IReadOnlyDictionary<string, int> now, IEnumerable<string> endpoints)
{
    /// <summary>Devices of the plan as the node had them when it was made. The smallest decides.</summary>
    private readonly List<NodeDevice> _carriers = [.. plan.Node.Devices.Where(device => plan.Routing.Devices.Any(planned => planned.Name == device.Name)).OrderBy(device => device.Mtu).ThenBy(device => device.Name, StringComparer.Ordinal)];

    /// <summary>How packets are wrapped, in the word of the settings.</summary>
    public string Encapsulation => plan.Routing.Encapsulation.ToString().ToLowerInvariant();

    /// <summary>Family of the addresses that wrapped packets go to; null: nothing is wrapped.</summary>
    public string? Underlay => plan.Routing.Encapsulation == Framework.Routing.Encapsulation.None ? null : plan.Routing.Underlay == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4";

    /// <summary>First what decides, then the rest, then what is not as it should be.</summary>
    public IReadOnlyList<string> Lines() => [Decision(), .. OtherCarriers(), Text($"devices of endpoints: {plan.DeviceMtu}"), Text($"{DevicePlan.HostDevice}: {plan.DeviceMtu}"), .. Trouble()];

    private string Decision() => Text($"{Source()}; {Wrapping()}; routes to other nodes: {plan.RouteMtu}");

    private string Source()
    {
        if (plan.ConfiguredMtu is { } set)
            return Text($"mtu is set to {set}");
        return _carriers.Count == 0 ? Text($"no device tells, so that {plan.DeviceMtu} is taken") : Text($"{_carriers[0].Name} carries {_carriers[0].Mtu}");
    }

    private string Wrapping() => Underlay is null ? "nothing is wrapped" : Text($"{Encapsulation} over {Underlay} takes {plan.Routing.MtuOverhead}");

    private IEnumerable<string> OtherCarriers() => plan.ConfiguredMtu is null
        ? _carriers.Skip(1).Select(device => Text($"{device.Name} carries {device.Mtu}; the smallest device decides"))
        : _carriers.Select(device => Text($"{device.Name} carries {device.Mtu}; the setting decides"));

    private IEnumerable<string> Trouble()
    {
        foreach (var device in _carriers.Where(device => device.Mtu < plan.DeviceMtu))
            yield return Text($"too large: packets of {plan.DeviceMtu} do not fit through {device.Name}, which carries {device.Mtu}; set mtu to {device.Mtu} or less, or to nothing");
        foreach (var device in _carriers.Where(device => now.TryGetValue(device.Name, out var present) && present != device.Mtu))
            yield return Text($"changed: {device.Name} carries {now[device.Name]} now; the plan is older; restart the agent, which disturbs no traffic");
        foreach (var device in _carriers.Where(device => !now.ContainsKey(device.Name)))
            yield return $"changed: {device.Name} is gone; the plan is older; restart the agent, which disturbs no traffic";
        if (!now.TryGetValue(DevicePlan.HostDevice, out var host))
            yield return $"missing: there is no {DevicePlan.HostDevice} yet; cilium db show devices says why";
        else if (host != plan.DeviceMtu)
            yield return Text($"different: {DevicePlan.HostDevice} carries {host} and not {plan.DeviceMtu}; cilium db show devices says why");
        var others = endpoints.Where(name => now.TryGetValue(name, out var mtu) && mtu != plan.DeviceMtu).Order(StringComparer.Ordinal).Select(name => Text($"{name} {now[name]}")).ToList();
        if (others.Count > 0)
            yield return Text($"different: {string.Join(", ", others)}; these endpoints were made when another number was in force, and keep theirs until they are made anew");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

using System.Net;
using System.Text.RegularExpressions;

namespace Cilium.Framework.Lab.Servers;

/// <summary>Reads what BIRD prints on <c>show route</c>.</summary>
internal static partial class BirdRoutes
{
    public static IReadOnlyList<BirdRoute> Read(string text)
    {
        var routes = new List<BirdRoute>();
        IPNetwork prefix = default;
        foreach (var line in text.Split('\n'))
        {
            if (Head().Match(line) is { Success: true } head)
            {
                // A further way to the same prefix leaves its place blank.
                if (head.Groups["prefix"] is { Length: > 0 } named)
                    prefix = IPNetwork.Parse(named.Value);
                routes.Add(new(prefix, null, head.Groups["protocol"].Value));
            }
            else if (routes.Count > 0 && Hop().Match(line) is { Success: true } hop)
            {
                routes[^1] = routes[^1] with { Via = IPAddress.Parse(hop.Groups["address"].Value) };
            }
        }

        return routes;
    }

    // 10.1.0.0/24          unicast [peer1 11:35:02.114] * (100) [AS64512i]
    [GeneratedRegex(@"^(?<prefix>[0-9a-fA-F.:]+/\d+)?\s+(unicast|blackhole|unreachable|prohibited)\s+\[(?<protocol>\S+)")]
    private static partial Regex Head();

    // via 192.0.2.11 on eth0
    [GeneratedRegex(@"^\s+via (?<address>[0-9a-fA-F.:]+)")]
    private static partial Regex Hop();
}

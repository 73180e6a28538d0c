using System.Net;
using System.Text.Json.Nodes;
using Cilium.Framework.Oracles.Cases;

namespace Cilium.Framework.Oracles.Naive;

/// <summary>Reads imported documents anew for every question; knows no identities, no entries, no tables.</summary>
/// <param name="world">Enforcement, and whether the node is allowed without a rule.</param>
internal sealed class Documents(World world)
{
    private readonly List<PolicyText> _policies = [];

    public void Import(PolicyText policy)
    {
        _policies.RemoveAll(old => old.Name == policy.Name && old.Namespace == policy.Namespace);
        _policies.Add(policy);
    }

    public void Delete(string name) => _policies.RemoveAll(policy => policy.Name == name);

    /// <summary>May this workload receive (ingress) or send (egress) this?</summary>
    /// <param name="subject">The workload whose policy is asked.</param>
    /// <param name="ingress">Receive; otherwise send.</param>
    /// <param name="peer">The other end.</param>
    /// <param name="protocol">IP protocol number.</param>
    /// <param name="port">Destination port; means nothing but for TCP and UDP.</param>
    public bool Allow(Workload subject, bool ingress, Peer peer, byte protocol, ushort port)
    {
        if (world.Enforcement == Enforcement.Never)
            return true;
        var section = ingress ? "ingress" : "egress";
        var rules = Rules().Where(rule => rule.Rule.ContainsKey(section) && Selects(rule.Rule["endpointSelector"]!, rule.Namespace, subject)).ToList();
        if (world.Enforcement == Enforcement.Default && rules.Count == 0 && !subject.IsInit)
            return true;
        if (ingress && world.NodeIsAllowed && peer.IsNode)
            return true;
        return rules.Any(rule => rule.Rule[section]!.AsArray().Any(entry => Allows(entry!.AsObject(), rule.Namespace, ingress ? "from" : "to", peer, protocol, port)));
    }

    private IEnumerable<(JsonObject Rule, string Namespace)> Rules()
    {
        foreach (var policy in _policies)
        {
            if (policy.Document["spec"] is JsonObject spec)
                yield return (spec, policy.Namespace);
            foreach (var rule in policy.Document["specs"]?.AsArray() ?? [])
                yield return (rule!.AsObject(), policy.Namespace);
        }
    }

    /// <summary>A document of a namespace protects that namespace only, whatever other one it names; but it may name those whose labels are not known yet.</summary>
    private static bool Selects(JsonNode selector, string space, Workload workload)
    {
        if (space.Length == 0 || Selector.AskedKeys(selector).Contains(("reserved", "init")))
            return Selector.Matches(selector, workload.Labels);
        return workload.Labels.Contains($"k8s:{Selector.NamespaceKey}={space}") && Selector.Matches(selector, workload.Labels, key => key.EndsWith(Selector.NamespaceKey, StringComparison.Ordinal));
    }

    private static bool Allows(JsonObject entry, string space, string prefix, Peer peer, byte protocol, ushort port) =>
        PeerIsNamed(entry, space, prefix, peer) && PortIsNamed(entry, protocol, port);

    private static bool PortIsNamed(JsonObject entry, byte protocol, ushort port)
    {
        if (!entry.ContainsKey("toPorts"))
            return true;
        if (protocol is not (Packet.Tcp or Packet.Udp))
            return false;
        if (entry["toPorts"]!.AsArray().Count == 0)
            throw new InvalidOperationException("An empty toPorts means nothing: such a document is refused.");
        return entry["toPorts"]!.AsArray().SelectMany(item => item!["ports"]!.AsArray()).Any(item =>
            PortOf((string)item!["port"]!) == port
            && ((string?)item["protocol"] ?? "ANY").ToUpperInvariant() is var named
            && (named is "ANY" or "" || named == (protocol == Packet.Tcp ? "TCP" : "UDP")));
    }

    private static int PortOf(string text) => text.StartsWith("0x", StringComparison.Ordinal) ? Convert.ToInt32(text, 16) : Convert.ToInt32(text, 10);

    private static bool PeerIsNamed(JsonObject entry, string space, string prefix, Peer peer)
    {
        string[] fields = [$"{prefix}Endpoints", $"{prefix}Entities", $"{prefix}CIDR", $"{prefix}CIDRSet"];
        if (!fields.Any(entry.ContainsKey))
            return true;
        JsonArray Items(int field) => entry[fields[field]]?.AsArray() ?? [];
        return Items(0).Any(selector => PeerIsSelected(selector!, space, peer))
            || Items(1).Any(entity => IsEntity((string)entity!, peer))
            || Items(2).Any(cidr => peer.IsWorld && Contains((string)cidr!, peer.Address))
            || Items(3).Any(set => peer.IsWorld && Contains((string)set!["cidr"]!, peer.Address)
                && !(set["except"]?.AsArray() ?? []).Any(except => Contains((string)except!, peer.Address)));
    }

    private static bool PeerIsSelected(JsonNode selector, string space, Peer peer)
    {
        var namesReserved = Selector.AskedKeys(selector).Any(key => key.Source == "reserved");
        var namesNamespace = Selector.Keys(selector).Any(key => key is { Source: null or "k8s", Key: Selector.NamespaceKey });
        // Neither the node nor the world is an endpoint, unless a selector says so.
        if (peer.Workload is null && !namesReserved)
            return false;
        if (space.Length > 0 && !namesReserved && !namesNamespace && !peer.Labels.Contains($"k8s:{Selector.NamespaceKey}={space}"))
            return false;
        return Selector.Matches(selector, peer.Labels);
    }

    private static bool IsEntity(string entity, Peer peer) => entity switch
    {
        "all" => true,
        "world" => peer.IsWorld,
        "cluster" => !peer.IsWorld,
        "host" => peer.IsNode,
        "init" => peer.Workload is { IsInit: true },
        _ => throw new InvalidOperationException(entity),
    };

    /// <summary>Bit by bit.</summary>
    private static bool Contains(string cidr, IPAddress address)
    {
        var parts = cidr.Split('/');
        var (prefix, octets) = (IPAddress.Parse(parts[0]).GetAddressBytes(), address.GetAddressBytes());
        var length = parts.Length > 1 ? Convert.ToInt32(parts[1], 10) : 8 * prefix.Length;
        return prefix.Length == octets.Length && Enumerable.Range(0, length).All(bit => ((prefix[bit / 8] ^ octets[bit / 8]) & (0x80 >> (bit % 8))) == 0);
    }
}

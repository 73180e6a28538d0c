using System.Globalization;
using Cilium.Framework.Errors;
using Cilium.Framework.Policies.Rules;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Policies.Documents;

/// <summary>Reads one entry of <c>ingress</c> or <c>egress</c>.</summary>
/// <param name="fields">Reads and complains.</param>
/// <param name="selectors">Reads peer selectors.</param>
/// <param name="direction">Which of the two.</param>
internal sealed class SectionParser(FieldReader fields, SelectorParser selectors, TrafficDirection direction)
{
    /// <summary>Most ports of one <c>toPorts</c> entry (Cilium facts 9.1).</summary>
    private const int MaxPorts = 40;

    private static readonly string[] LaterPeers =
    [
        "fromRequires", "toRequires", "toServices", "toFQDNs", "fromNodes", "toNodes", "fromGroups", "toGroups", "icmps", "authentication",
    ];

    /// <summary>What later versions of Cilium know (facts 9.1).</summary>
    private static readonly string[] LaterEntities = ["ingress", "unmanaged", "remote-node", "health", "none", "kube-apiserver"];

    private static readonly string[] LaterProtocols = ["SCTP"];

    private readonly string _prefix = direction == TrafficDirection.Ingress ? "from" : "to";

    public RuleSection? Parse(DocumentNode node, string place)
    {
        if (fields.Mapping(node) is not { } section)
            return null;
        string[] peerFields = [$"{_prefix}Endpoints", $"{_prefix}Entities", $"{_prefix}CIDR", $"{_prefix}CIDRSet"];
        fields.Allow(section, [.. peerFields, "toPorts"], LaterPeers);
        var given = peerFields.Where(field => section.Find(field) is not null).ToList();
        if (given.Count(field => !IsCidr(field)) > 1 || (given.Any(IsCidr) && given.Any(field => !IsCidr(field))))
            fields.Problem(2131, node, $"{string.Join(" and ", given)} cannot be combined in one entry. Write an entry for each.");
        var peers = given.Count == 0 ? null : given.SelectMany(field => ParsePeers(section, field)).ToList();
        return new RuleSection(peers, ParsePorts(section.Find("toPorts")), place, SectionText.Of(section));
    }

    private static bool IsCidr(string field) => field.EndsWith("CIDR", StringComparison.Ordinal) || field.EndsWith("CIDRSet", StringComparison.Ordinal);

    private IEnumerable<PeerSelector> ParsePeers(DocumentNode.Mapping section, string field)
    {
        var items = fields.List(section.Find(field)) ?? [];
        Func<DocumentNode, PeerSelector?> parse = field[_prefix.Length..] switch
        {
            "Endpoints" => item => selectors.Parse(item) is { } selector ? new PeerSelector.Labels(selector) : null,
            "Entities" => ParseEntity,
            "CIDR" => item => ParsePrefix(item, mustHaveLength: false) is { } prefix ? new PeerSelector.Cidr(prefix, []) : null,
            _ => ParseCidrSet,
        };
        return items.Select(parse).OfType<PeerSelector>();
    }

    private PeerSelector? ParseEntity(DocumentNode node)
    {
        var text = fields.Text(node);
        switch (text)
        {
            case null: return null;
            case "all": return new PeerSelector.All();
            case "world": return new PeerSelector.World();
            case "cluster": return new PeerSelector.Cluster();
            case "host": return new PeerSelector.Reserved(NumericIdentity.Host);
            case "init": return new PeerSelector.Init();
            default:
                fields.Problem(2132, node, $"entity \"{Excerpt.Of(text)}\" is {NotBuilt(LaterEntities, text)}. Accepted: all, world, cluster, host, init.");
                return null;
        }
    }

    private PeerSelector.Cidr? ParseCidrSet(DocumentNode node)
    {
        if (fields.Mapping(node) is not { } set)
            return null;
        fields.Allow(set, ["cidr", "except"], ["cidrGroupRef", "cidrGroupSelector"]);
        if (set.Find("cidr") is not { } cidr)
        {
            fields.Problem(2133, node, "cidr is missing.");
            return null;
        }

        if (ParsePrefix(cidr, mustHaveLength: true) is not { } prefix)
            return null;
        var excepts = new List<IpPrefix>();
        foreach (var item in fields.List(set.Find("except")) ?? [])
        {
            if (ParsePrefix(item, mustHaveLength: true) is not { } except)
                continue;
            if (!prefix.Contains(except))
                fields.Problem(2134, item, $"{except} does not lie inside {prefix}. Accepted: prefixes inside the entry's own cidr.");
            excepts.Add(except);
        }

        return new PeerSelector.Cidr(prefix, excepts);
    }

    private IpPrefix? ParsePrefix(DocumentNode node, bool mustHaveLength)
    {
        if (fields.Text(node) is not { } text)
            return null;
        if (IpPrefix.TryParse(text, out var prefix) && (!mustHaveLength || text.Contains('/', StringComparison.Ordinal)))
            return prefix;
        fields.Problem(2135, node, $"\"{Excerpt.Of(text)}\" is not a prefix. Accepted: such as 10.0.0.0/8 or fd00::/64{(mustHaveLength ? "" : ", or a single address")}; no leading zeros.");
        return null;
    }

    private List<PortRule>? ParsePorts(DocumentNode? node)
    {
        if (fields.List(node) is not { } entries)
            return null;
        // Cilium takes an empty list for "any port": a template that filled in nothing would open everything.
        if (node is DocumentNode.Sequence { Items.Count: 0 })
            fields.Problem(2137, node, "toPorts is empty. Name at least one port, or leave toPorts out to mean every port.");
        var ports = new List<PortRule>();
        foreach (var entry in entries)
        {
            if (fields.Mapping(entry) is not { } mapping)
                continue;
            fields.Allow(mapping, ["ports"], ["rules", "listener", "serverNames", "terminatingTLS", "originatingTLS"]);
            var items = fields.List(mapping.Find("ports")) ?? [];
            if (items.Count > MaxPorts)
                fields.Problem(2136, mapping.Find("ports")!, $"{items.Count} ports. Accepted: at most {MaxPorts} in one entry.");
            else if (items.Count == 0)
                fields.Problem(2137, entry, "no ports. Name at least one, or leave toPorts out.");
            ports.AddRange(items.SelectMany(ParsePort));
        }

        return ports;
    }

    private IEnumerable<PortRule> ParsePort(DocumentNode node)
    {
        if (fields.Mapping(node) is not { } mapping)
            return [];
        fields.Allow(mapping, ["port", "protocol"], ["endPort"]);
        if (mapping.Find("port") is not { } portNode)
        {
            fields.Problem(2107, node, "port is missing.");
            return [];
        }

        var port = fields.Text(portNode) is { } text ? ReadPort(portNode, text) : null;
        var protocols = ReadProtocols(mapping.Find("protocol"));
        return port is { } number ? protocols.Select(protocol => new PortRule(number, protocol)) : [];
    }

    private ushort? ReadPort(DocumentNode node, string text)
    {
        // As Cilium reads it: base by prefix, so 0x50 is 80. By the same rule 010 would be 8: nobody means that.
        var isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        var number = 0;
        var read = isHex
            ? int.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
            : !text.StartsWith('0') && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        if (read && number is >= 1 and <= ushort.MaxValue)
            return (ushort)number;
        fields.Problem(2107, node, $"\"{Excerpt.Of(text)}\" is not a port. Accepted: 1..65535 without leading zeros. Port names are not built yet.");
        return null;
    }

    private IReadOnlyList<IpProtocol> ReadProtocols(DocumentNode? node)
    {
        if (node is null)
            return [IpProtocol.Tcp, IpProtocol.Udp];
        switch (fields.Text(node)?.ToUpperInvariant())
        {
            case "TCP": return [IpProtocol.Tcp];
            case "UDP": return [IpProtocol.Udp];
            case "" or "ANY": return [IpProtocol.Tcp, IpProtocol.Udp];
            case null: return [];
            case var other:
                fields.Problem(2138, node, $"protocol \"{Excerpt.Of(other)}\" is {NotBuilt(LaterProtocols, other)}. Accepted: TCP, UDP, ANY.");
                return [];
        }
    }

    private static string NotBuilt(string[] later, string text) => later.Contains(text) ? "one of Cilium's, not built yet" : "not known";
}

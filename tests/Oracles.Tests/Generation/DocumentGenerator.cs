using System.Text.Json.Nodes;
using Cilium.Framework.Oracles.Cases;

namespace Cilium.Framework.Oracles.Generation;

/// <summary>Makes policy documents of every form that the agent accepts.</summary>
internal sealed class DocumentGenerator(Random random)
{
    public static readonly string[] Names = ["p1", "p2", "p3", "p4"];

    private static readonly string[] Prefixes =
    [
        "10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3/32", "192.0.2.0/24", "0.0.0.0/0", "10.90.0.0/16", "10.90.0.1/32", "192.168.5.1/32",
        "2001:db8::/32", "2001:db8:1::/48", "::/0", "fd90::/16", "fd90::1/128", "2001:db8:1::5/128",
    ];

    private static readonly string[] Singles = ["10.1.2.3", "192.0.2.10", "2001:db8:1::5"];

    private static readonly Dictionary<string, string[]> Inner = new()
    {
        ["10.0.0.0/8"] = ["10.1.0.0/16", "10.1.2.0/24", "10.90.0.0/16"],
        ["10.1.0.0/16"] = ["10.1.2.0/24", "10.1.2.3/32"],
        ["0.0.0.0/0"] = ["10.0.0.0/8", "192.0.2.0/24"],
        ["2001:db8::/32"] = ["2001:db8:1::/48", "2001:db8:1::5/128"],
        ["::/0"] = ["2001:db8::/32"],
    };

    public PolicyText Make()
    {
        var metadata = new JsonObject { ["name"] = Pick(Names) };
        var space = random.Next(6);
        if (space < 2)
            metadata["namespace"] = space == 0 ? "blue" : "red";
        var document = new JsonObject { ["apiVersion"] = "cilium.io/v2", ["kind"] = "CiliumNetworkPolicy", ["metadata"] = metadata };
        if (random.Next(5) == 0)
            document["specs"] = List(random.Next(1, 3), Rule);
        else
            document["spec"] = Rule();
        return new PolicyText(document, random.Next(2) == 0);
    }

    private JsonObject Rule()
    {
        var rule = new JsonObject { ["endpointSelector"] = SubjectSelector() };
        var sections = random.Next(4);
        if (sections != 0)
            rule["ingress"] = List(random.Next(8) == 0 ? 0 : random.Next(1, 4), () => Section("from"));
        if (sections is 0 or 3)
            rule["egress"] = List(random.Next(8) == 0 ? 0 : random.Next(1, 4), () => Section("to"));
        return rule;
    }

    private JsonObject Section(string prefix)
    {
        var section = new JsonObject();
        switch (random.Next(10))
        {
            case 0: break;
            case 1 or 2 or 3 or 4: section[$"{prefix}Endpoints"] = List(random.Next(10) == 0 ? 0 : random.Next(1, 3), PeerSelector); break;
            case 5 or 6: section[$"{prefix}Entities"] = List(random.Next(1, 3), () => JsonValue.Create(Pick("all", "world", "cluster", "host", "init"))); break;
            case 7: section[$"{prefix}CIDR"] = List(random.Next(1, 3), () => JsonValue.Create(random.Next(4) == 0 ? Pick(Singles) : Pick(Prefixes))); break;
            default: section[$"{prefix}CIDRSet"] = List(random.Next(1, 3), CidrSet); break;
        }

        if (random.Next(5) < 2)
            section["toPorts"] = List(random.Next(1, 3), () => new JsonObject { ["ports"] = List(random.Next(1, 4), Port) });
        return section;
    }

    private JsonObject CidrSet()
    {
        var cidr = Pick(Prefixes);
        var set = new JsonObject { ["cidr"] = cidr };
        if (Inner.TryGetValue(cidr, out var inner) && random.Next(3) != 0)
            set["except"] = List(random.Next(1, 3), () => JsonValue.Create(Pick(inner)));
        return set;
    }

    private JsonObject Port()
    {
        var port = new JsonObject { ["port"] = Pick("80", "53", "443", "0x50", "8080") };
        if (random.Next(3) != 0)
            port["protocol"] = Pick("TCP", "UDP", "ANY", "tcp", "udp", "");
        return port;
    }

    private JsonObject SubjectSelector() => random.Next(3) switch
    {
        0 => [],
        1 when random.Next(4) == 0 => new JsonObject { ["matchLabels"] = new JsonObject { ["reserved:init"] = "" } },
        _ => Requirements(),
    };

    private JsonObject PeerSelector() => random.Next(6) switch
    {
        0 => [],
        1 => new JsonObject { ["matchLabels"] = new JsonObject { [Pick("reserved:init", "reserved:host", "reserved:world")] = "" } },
        2 => new JsonObject { ["matchLabels"] = new JsonObject { ["k8s:io.kubernetes.pod.namespace"] = Pick("blue", "red") } },
        _ => Requirements(),
    };

    private JsonObject Requirements()
    {
        var selector = new JsonObject();
        if (random.Next(2) == 0)
        {
            var labels = new JsonObject { [Pick("app", "k8s:app", "any:app", "k8s.io/app", "k8s:k8s.io/app")] = Pick("web", "db", "client") };
            if (random.Next(3) == 0)
                labels[Pick("tier", "zone", "container:zone", "container.runtime/x")] = Pick("back", "front", "a", "b");
            selector["matchLabels"] = labels;
        }
        else
        {
            selector["matchExpressions"] = List(random.Next(1, 3), Expression);
        }

        return selector;
    }

    private JsonObject Expression()
    {
        var expression = new JsonObject { ["key"] = Pick("app", "k8s:app", "tier", "zone", "io.kubernetes.pod.namespace", "k8s.io/app", "container.runtime/x", "reserved:init"), ["operator"] = Pick("In", "NotIn", "Exists", "DoesNotExist") };
        if (((string)expression["operator"]!).EndsWith("In", StringComparison.Ordinal))
            expression["values"] = List(random.Next(1, 4), () => JsonValue.Create(Pick("web", "db", "client", "back", "a", "blue")));
        return expression;
    }

    private static JsonArray List(int count, Func<JsonNode> item) => new([.. Enumerable.Range(0, count).Select(_ => item())]);

    private string Pick(params string[] choices) => choices[random.Next(choices.Length)];
}

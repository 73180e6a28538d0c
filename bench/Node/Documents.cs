using System.Text;

namespace Cilium.Framework.Node.Bench;

/// <summary>The rules that are imported.</summary>
internal static class Documents
{
    private const int AddressesPerRule = 250;

    /// <summary>Every endpoint of the benchmark takes TCP from one application, on a port of its own for each import.</summary>
    public static string Rule(int number) => $$"""
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: { name: rule }
        spec:
          endpointSelector: { matchLabels: { "k8s:bench": node } }
          ingress:
          - fromEndpoints:
            - matchLabels: { "k8s:app": app-1 }
            toPorts:
            - ports: [ { port: "{{1000 + number}}", protocol: TCP } ]
        """;

    /// <summary>One application may reach that many remote addresses.</summary>
    public static string RemoteAddresses(int count)
    {
        var text = new StringBuilder("""
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata: { name: remote }
            spec:
              endpointSelector: { matchLabels: { "k8s:app": app-2 } }
              egress:

            """);
        for (var first = 0; first < count; first += AddressesPerRule)
        {
            text.Append("  - toCIDR: [ ");
            text.AppendJoin(", ", Enumerable.Range(first, Math.Min(AddressesPerRule, count - first)).Select(i => $"198.{18 + (i >> 16)}.{i >> 8 & 0xff}.{i & 0xff}/32"));
            text.AppendLine(" ]");
        }

        return text.ToString();
    }
}

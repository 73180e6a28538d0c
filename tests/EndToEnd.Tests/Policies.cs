namespace Cilium.Framework.EndToEnd.Tests;

/// <summary>Documents that several tests import.</summary>
internal static class Policies
{
    /// <summary>server accepts client on TCP and UDP of one port, and nothing else.</summary>
    public static string ServerAcceptsClient(int port, string name = "server") => $$"""
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata:
          name: {{name}}
        spec:
          endpointSelector:
            matchLabels: {app: server}
          ingress:
            - fromEndpoints:
                - matchLabels: {app: client}
              toPorts:
                - ports:
                    - {port: "{{port}}", protocol: ANY}
        """;
}

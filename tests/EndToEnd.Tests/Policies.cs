namespace Cilium.Framework.EndToEnd.Tests;

/// <summary>Documents that several tests import.</summary>
internal static class Policies
{
    /// <summary>client accepts no flow that somebody else begins.</summary>
    public const string ClientAcceptsNothing = """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata:
          name: client
        spec:
          endpointSelector:
            matchLabels: {app: client}
          ingress:
            - fromEndpoints:
                - matchLabels: {app: nobody}
        """;

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

using System.Net;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Traffic;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

/// <summary>A client behind the router outside, which knows pods by BGP alone, as they know the client.</summary>
public sealed partial class KubeRouterTests
{
    private const int OutsidePort = 7100;

    [Theory]
    [InlineData("fromCIDR: [10.30.0.0/24]", false)]
    [InlineData("fromCIDR: [\"fd00:30::/64\"]", true)]
    [InlineData("fromEntities: [world]", false)]
    [InlineData("fromEntities: [world]", true)]
    public async Task A_client_behind_the_router_reaches_the_pod_that_accepts_it_alone_and_is_answered_through_the_router(string accepted, bool v6)
    {
        var (client, server, other) = (_nodes.Client, Pod(1, "server"), Pod(2, "server"));
        await using var open = new EchoServer(server.Namespace, OutsidePort);
        await using var closed = new EchoServer(server.Namespace, Port);
        await using var elsewhere = new EchoServer(other.Namespace, OutsidePort);
        await using var events = new EventLog(_nodes.Nodes[1]);
        await events.ReadsAsync(client.Namespace, server.Address(v6), Stop);
        Assert.False(await ConnectsAsync(server, OutsidePort), "nobody has accepted the client yet");
        var refused = await events.WaitAsync(seen => seen.Type == "drop" && seen.Source == client.Address(v6).ToString() && seen.DestinationPort == OutsidePort);
        Assert.Equal("Policy denied (L3)", refused.ReasonText);

        await TestLab.ImportAsync(_nodes.Nodes[1], Accepting(accepted));
        try
        {
            await using var capture = new Capture(_nodes.Router.Namespace);
            await Eventually.TrueAsync(() => ConnectsAsync(server, OutsidePort), "the client reaches the pod that accepts it");
            Assert.Contains(capture.Frames, frame => Carries(frame, server.Address(v6), client.Address(v6)));
            Assert.False(await ConnectsAsync(server, Port), "another port");
            Assert.False(await ConnectsAsync(other, OutsidePort), "a pod of another node, where nobody accepts the client");
        }
        finally
        {
            await _nodes.Nodes[1].Agent.Client.DeletePolicyAsync(["k8s:io.cilium.k8s.policy.name=outside"], Stop);
        }

        await Eventually.TrueAsync(async () => !await ConnectsAsync(server, OutsidePort), "the client is refused again");

        Task<bool> ConnectsAsync(LabPod to, int port) => Probe.TcpAsync(client.Namespace, to.Address(v6), port, NoAnswer, Stop);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_router_outside_reaches_pods_by_what_it_learns(bool v6)
    {
        for (var node = 0; node < _nodes.Nodes.Count; node++)
        {
            var pod = Pod(node, "client");
            await Eventually.TrueAsync(() => Probe.PingAsync(_nodes.Router.Namespace, pod.Address(v6), NoAnswer, Stop), $"the router reaches a pod of node{node + 1}", seconds: 20);
        }
    }

    private static string Accepting(string section) => $$"""
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata:
          name: outside
        spec:
          endpointSelector:
            matchLabels: {app: server}
          ingress:
            - {{section}}
              toPorts:
                - ports:
                    - {port: "{{OutsidePort}}", protocol: TCP}
        """;

    // Addresses follow 14 octets of Ethernet, and 12 of IPv4 or 8 of IPv6.
    private static bool Carries(byte[] frame, IPAddress source, IPAddress destination)
    {
        var addresses = (byte[])[.. source.GetAddressBytes(), .. destination.GetAddressBytes()];
        var start = 14 + (addresses.Length == 8 ? 12 : 8);
        return frame.Length >= start + addresses.Length && frame.AsSpan(start, addresses.Length).SequenceEqual(addresses);
    }
}

using Cilium.Framework.Lab.Traffic;

namespace Cilium.Framework.EndToEnd.Tests;

/// <summary>The operator hears of it before there is no room for connections.</summary>
[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class PressureTests
{
    private const int Port = 7000;

    [Fact]
    public async Task Status_says_that_connections_fill_their_room_and_what_to_do()
    {
        await using var lab = await TestLab.StartAsync("datapath.bpf.conntrack-max=1024", "datapath.bpf.conntrack-gc-interval=1");
        var (client, server) = (await lab.PodAsync("client"), await lab.PodAsync("server"));
        await lab.ImportAsync(Policies.ServerAcceptsClient(Port));

        await using var flows = await DatagramStream.StartAsync(client.Namespace, server.Namespace, server.IPv4, Port, TimeSpan.FromMilliseconds(1), expectArrival: true, TestLab.Cancelled, freshPorts: true);
        await Eventually.TrueAsync(
            async () => (await lab.CliAsync("status")).Output.Contains("raise datapath.bpf.conntrack-max", StringComparison.Ordinal), "status speaks of the connections' room");
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using Cilium.Framework.Lab.Traffic;

namespace Cilium.Framework.EndToEnd.Tests;

/// <summary>More than there is room for, on a real agent: told in words, and nobody's traffic suffers from it.</summary>
[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class OverloadTests
{
    private const int Port = 7000;

    [Fact]
    public async Task Rules_that_do_not_fit_are_refused_as_a_whole_by_name_and_heal_when_they_go()
    {
        await using var lab = await TestLab.StartAsync("datapath.bpf.policy-max=256");
        var (client, server) = (await lab.PodAsync("client"), await lab.PodAsync("server"));
        await lab.ImportAsync(Policies.ServerAcceptsClient(Port));
        await using var flows = await DatagramStream.StartAsync(client.Namespace, server.Namespace, server.IPv4, Port, TimeSpan.FromMilliseconds(2), expectArrival: true, TestLab.Cancelled, freshPorts: true);

        await lab.Node.Agent.Client.PutPolicyAsync(FromManyPrefixes("flood", 300), TestLab.Cancelled);
        await Eventually.TrueAsync(
            // The command line breaks long lines.
            async () => string.Join(' ', (await lab.CliAsync("status")).Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) is var said
                && said.Contains("its 303 entries do not fit: 5 of 256 entries of all policies are taken, 300 more are needed.", StringComparison.Ordinal)
                && said.Contains("Most entries: flood ingress[0] (300), server ingress[0] (2), not enforced (1).", StringComparison.Ordinal),
            "status names the rule that does not fit");
        Assert.False(await Probe.UdpAsync(client.Namespace, server.IPv4, Port + 1, TimeSpan.FromMilliseconds(200), TestLab.Cancelled));

        await lab.Node.Agent.Client.DeletePolicyAsync(["k8s:io.cilium.k8s.policy.name=flood"], TestLab.Cancelled);
        await IsHealthyAsync(lab);
        await lab.ImportAsync(FromManyPrefixes("flood", 20));
        await IsHealthyAsync(lab);
        var result = await flows.StopAsync();
        Assert.Equal((0, 0), (result.SocketDrops, result.Lost));
    }

    [Fact]
    public async Task Events_that_flood_a_held_agent_are_counted_and_told_and_the_monitor_goes_on()
    {
        await using var lab = await TestLab.StartAsync("datapath.bpf.events-buffer-bytes=4096", "datapath.bpf.drop-events=0");
        var (client, server) = (await lab.PodAsync("client"), await lab.PodAsync("server"));
        await lab.ImportAsync(Policies.ServerAcceptsClient(Port));
        using var monitor = lab.StartCli("monitor", "--type", "drop");
        var lines = new ConcurrentQueue<string>();
        monitor.OutputDataReceived += (_, read) => lines.Enqueue(read.Data ?? "");
        monitor.BeginOutputReadLine();
        await Eventually.TrueAsync(async () => await DeniedAsync(client, server) && Drops(lines) > 0, "the monitor listens");

        lab.Node.Agent.Pause();
        try
        {
            // While nobody reads, what is allowed passes and what is denied does not; the room for events is 42 of them.
            await using var denied = await DatagramStream.StartAsync(client.Namespace, server.Namespace, server.IPv4, Port + 1, TimeSpan.FromMilliseconds(1), expectArrival: false, TestLab.Cancelled, freshPorts: true);
            await using var allowed = await DatagramStream.StartAsync(client.Namespace, server.Namespace, server.IPv4, Port, TimeSpan.FromMilliseconds(1), expectArrival: true, TestLab.Cancelled);
            await Eventually.TrueAsync(() => Task.FromResult(denied.SoFar.Sent > 500 && allowed.SoFar.Sent > 500), "both streams have sent");
            Assert.Equal(0, (await denied.StopAsync()).Received);
            var passed = await allowed.StopAsync();
            Assert.Equal((0, 0), (passed.SocketDrops, passed.Lost));
        }
        finally
        {
            lab.Node.Agent.Resume();
        }

        await Eventually.TrueAsync(() => Task.FromResult(lines.Any(line => line.EndsWith(" events lost: the datapath's buffer was full", StringComparison.Ordinal))), "the monitor tells of the loss");
        var lost = long.Parse(lines.First(line => line.Contains(" events lost", StringComparison.Ordinal)).Split(' ').First(word => word.All(char.IsAsciiDigit) && word.Length > 0), CultureInfo.InvariantCulture);
        Assert.InRange(lost, 400, 10_000);
        var before = Drops(lines);
        await Eventually.TrueAsync(async () => await DeniedAsync(client, server) && Drops(lines) > before, "the monitor shows what comes after the flood");
        monitor.Kill();
    }

    private static async Task IsHealthyAsync(TestLab lab) => await Eventually.TrueAsync(
        async () => (await lab.Node.Agent.Client.GetStatusAsync(TestLab.Cancelled)).Health.Single(part => part.Path.EndsWith("reconcilers.policies", StringComparison.Ordinal)).Level == "Ok", "every policy is realised");

    private static async Task<bool> DeniedAsync(Lab.LabPod client, Lab.LabPod server) =>
        !await Probe.UdpAsync(client.Namespace, server.IPv4, Port + 2, TimeSpan.FromMilliseconds(50), TestLab.Cancelled);

    private static int Drops(IEnumerable<string> lines) => lines.Count(line => line.Contains(" DROP", StringComparison.OrdinalIgnoreCase));

    private static string FromManyPrefixes(string name, int count) => $$"""
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata:
          name: {{name}}
        spec:
          endpointSelector:
            matchLabels: {app: server}
          ingress:
          - fromCIDR: [{{string.Join(", ", Enumerable.Range(0, count).Select(i => $"198.51.{i / 250}.{i % 250}/32"))}}]
        """;
}

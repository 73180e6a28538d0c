using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Traffic;

namespace Cilium.Framework.EndToEnd.Tests;

/// <summary>A second agent with the same settings ends in words; the first one, its socket and its traffic do not notice.</summary>
[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class AgentTwiceTests
{
    private const int Port = 7000;

    [Fact]
    public async Task An_agent_that_is_started_a_second_time_ends_and_changes_nothing()
    {
        await using var lab = await TestLab.StartAsync();
        using var log = new TemporaryFolder();
        var (client, server) = (await lab.PodAsync("client"), await lab.PodAsync("server"));
        await lab.ImportAsync(Policies.ServerAcceptsClient(Port));
        await using var allowed = await DatagramStream.StartAsync(
            client.Namespace, server.Namespace, server.IPv4, Port, TimeSpan.FromMilliseconds(1), expectArrival: true, TestLab.Cancelled, freshPorts: true);
        var (state, run) = (Path.Combine(lab.Node.Folder, "state"), Path.Combine(lab.Node.Folder, "run"));

        var refused = await Assert.ThrowsAsync<LabException>(() => AgentProcess.StartAsync(
            TestLab.Layout, lab.Node.Network.Node, log.Path,
            ["profile=standalone", $"plugins.directory={TestLab.Layout.Plugins}", "plugins.development=true", $"state-dir={state}", $"run-dir={run}"],
            TimeSpan.FromSeconds(30), TestLab.Cancelled));

        Assert.Contains("The agent ended with status 1.", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"cilium-agent: CF1002 state directory {state}: another agent uses it. Stop that agent, or give this one a directory of its own (state-dir).", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await lab.Node.Agent.Client.ListEndpointsAsync(TestLab.Cancelled)).Count);
        await lab.ImportAsync(Policies.ServerAcceptsClient(Port, "again"));
        var passed = await allowed.StopAsync();
        Assert.Equal((0, 0), (passed.Lost, passed.SocketDrops));
    }
}

using System.Diagnostics;
using Cilium.Framework.BadPlugins;
using Cilium.Framework.Lab.Traffic;

namespace Cilium.Framework.EndToEnd.Tests;

/// <summary>A plugin whose own thread throws takes the agent down; whoever watches over it starts it again, and the traffic does not notice.</summary>
[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class PluginThreadTests
{
    private const int Port = 7000;
    private const int Crashes = 3;

    [Fact]
    public async Task A_thread_that_throws_ends_the_agent_in_words_and_loses_no_packet()
    {
        Require.Tool("prlimit");
        using var plugins = new TemporaryFolder();
        BadPlugin.Copy(TestLab.Layout.Plugins, plugins.Path);
        var bad = BadPlugin.Install(plugins.Path, "Routing.Fixture");
        await NoCoreFilesAsync();
        await using var lab = await TestLab.StartAsync($"plugins.directory={plugins.Path}", "routing.provider=fixture");
        var (client, server) = (await lab.PodAsync("client"), await lab.PodAsync("server"));
        await lab.ImportAsync(Policies.ServerAcceptsClient(Port));

        await using var datagrams = await DatagramStream.StartAsync(client.Namespace, server.Namespace, server.IPv4, Port, TimeSpan.FromMilliseconds(1), expectArrival: true, TestLab.Cancelled);
        await using var denied = await DatagramStream.StartAsync(
            client.Namespace, server.Namespace, server.IPv4, Port + 1, TimeSpan.FromMilliseconds(1), expectArrival: false, TestLab.Cancelled, freshPorts: true);
        await using var bytes = await ByteStream.StartAsync(client.Namespace, server.Namespace, server.IPv6, Port, TestLab.Cancelled);
        for (var crash = 1; crash <= Crashes; crash++)
        {
            await bytes.WaitForAsync(1 << 20, TestLab.Cancelled);
            await SuperviseAsync(lab, throwOnce: () => File.WriteAllTextAsync(Path.Combine(lab.Node.Folder, "run", "throw"), "", TestLab.Cancelled));
            await bytes.WaitForAsync(1 << 20, TestLab.Cancelled);
        }

        await bytes.StopAsync();
        var (passed, refused) = (await datagrams.StopAsync(), await denied.StopAsync());
        Assert.Equal((0, 0), (passed.Lost, passed.SocketDrops));
        Assert.Equal(0, refused.Received);
        Assert.InRange(Math.Min(passed.Sent, refused.Sent), 500, long.MaxValue);
        var said = File.ReadLines(Path.Combine(lab.Node.Folder, "agent.log")).Where(line => line.Contains("CF1211", StringComparison.Ordinal)).ToList();
        Assert.Equal(Crashes, said.Count);
        Assert.All(said, line => Assert.Equal(
            $"cilium-agent: CF1211 plugin routing.fixture ({bad}): a thread of its own threw InvalidOperationException: told to throw on a thread of its own. The process ends; what is realised stays, and the service manager starts it again. Report this to the plugin's author.",
            line));
    }

    /// <summary>What a service manager does: waits for the end of the process, and starts it again.</summary>
    private static async Task SuperviseAsync(TestLab lab, Func<Task> throwOnce)
    {
        using var agent = Process.GetProcessById(lab.Node.Agent.Id);
        await throwOnce();
        await agent.WaitForExitAsync(TestLab.Cancelled).WaitAsync(TimeSpan.FromSeconds(30), TestLab.Cancelled);
        await lab.Node.StartAgentAsync(TestLab.Cancelled);
    }

    /// <summary>The agent inherits it: a process that is taken down like this would leave its memory on the disk.</summary>
    private static async Task NoCoreFilesAsync()
    {
        using var limit = Process.Start("prlimit", ["--pid", $"{Environment.ProcessId}", "--core=0"]);
        await limit.WaitForExitAsync(TestLab.Cancelled);
    }
}

using Cilium.Framework.Lab.Traffic;

namespace Cilium.Framework.EndToEnd.Tests;

/// <summary>Connections live on when an agent starts that keeps them in something else.</summary>
[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class MigrationTests
{
    private const int Port = 7000, IdlePort = 7001;
    private const string Hash = "datapath.bpf.conntrack=lru", Table = "datapath.bpf.conntrack=table", Larger = "datapath.bpf.conntrack-max=100000";

    /// <summary>Eight of them are about as long as a migration takes, and a little more.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(300), Poll = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task Open_connections_live_through_other_containers_and_sizes_and_no_datagram_is_lost()
    {
        await using var lab = await BeginAsync();
        var (client, server) = (lab.Node.Pods[0], lab.Node.Pods[1]);
        using var idle4 = await IdleConnection.OpenAsync(client, server, server.IPv4, IdlePort, TestLab.Cancelled);
        using var idle6 = await IdleConnection.OpenAsync(client, server, server.IPv6, IdlePort, TestLab.Cancelled);
        await using var datagrams = await DatagramStream.StartAsync(client.Namespace, server.Namespace, server.IPv4, Port, TimeSpan.FromMilliseconds(1), expectArrival: true, TestLab.Cancelled);
        await using var bytes = await ByteStream.StartAsync(client.Namespace, server.Namespace, server.IPv6, Port, TestLab.Cancelled);

        await SwitchAsync(lab, "moved from the kernel's hash (layout 1) to the table of our own (layout 1)", Table);
        await bytes.WaitForAsync(16 << 20, TestLab.Cancelled);
        await SwitchAsync(lab, "moved from the table of our own (layout 1) to the kernel's hash (layout 1)", Hash);
        await bytes.WaitForAsync(16 << 20, TestLab.Cancelled);
        await SwitchAsync(lab, "moved from the kernel's hash (layout 1) to the kernel's hash (layout 1)", Larger);
        await bytes.WaitForAsync(16 << 20, TestLab.Cancelled);

        await idle4.AnswersAsync(TestLab.Cancelled);
        await idle6.AnswersAsync(TestLab.Cancelled);
        var passed = await datagrams.StopAsync();
        Assert.Equal((0, 0), (passed.Lost, passed.SocketDrops));
        Assert.Empty(Containers(lab));
    }

    [Fact]
    public async Task An_agent_that_is_killed_at_any_moment_of_a_migration_loses_no_connection()
    {
        const int Kills = 8;
        await using var lab = await BeginAsync();
        var (client, server) = (lab.Node.Pods[0], lab.Node.Pods[1]);
        using var idle4 = await IdleConnection.OpenAsync(client, server, server.IPv4, IdlePort, TestLab.Cancelled);
        using var idle6 = await IdleConnection.OpenAsync(client, server, server.IPv6, IdlePort, TestLab.Cancelled);
        await using var datagrams = await DatagramStream.StartAsync(client.Namespace, server.Namespace, server.IPv4, Port, TimeSpan.FromMilliseconds(1), expectArrival: true, TestLab.Cancelled);
        await lab.Node.Agent.KillAsync(TestLab.Cancelled);

        var unfinished = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            await KilledAfterAsync(lab, Step * kill, kill % 2 == 0 ? Table : Hash);
            unfinished += Containers(lab).Length > 0 ? 1 : 0;
        }

        await lab.Node.StartAgentAsync(TestLab.Cancelled, settings: [Table]);
        await Eventually.TrueAsync(() => Task.FromResult(Containers(lab).Length == 0), "nothing is left to move");

        Assert.InRange(unfinished, 1, Kills);
        await idle4.AnswersAsync(TestLab.Cancelled);
        await idle6.AnswersAsync(TestLab.Cancelled);
        var passed = await datagrams.StopAsync();
        Assert.Equal((0, 0), (passed.Lost, passed.SocketDrops));
    }

    private static async Task<TestLab> BeginAsync()
    {
        var lab = await TestLab.StartAsync(Hash);
        await lab.PodAsync("client");
        await lab.PodAsync("server");
        await lab.ImportAsync(Policies.ServerAcceptsClient(Port));
        await lab.ImportAsync(Policies.ServerAcceptsClient(IdlePort, "idle"));
        await lab.ImportAsync(Policies.ClientAcceptsNothing);
        return lab;
    }

    private static async Task SwitchAsync(TestLab lab, string said, string setting)
    {
        await lab.Node.Agent.KillAsync(TestLab.Cancelled);
        await lab.Node.StartAgentAsync(TestLab.Cancelled, settings: [setting]);
        await Eventually.TrueAsync(
            async () => (await lab.CliAsync("status")).Output.ReplaceLineEndings(" ") is var output && said.Split(' ').All(word => output.Contains(word, StringComparison.Ordinal)) && output.Contains("ended at", StringComparison.Ordinal),
            "status says that connections have moved");
        Assert.Contains(said, lab.Node.LogTail(), StringComparison.Ordinal);
    }

    /// <summary>An agent begins a migration and is killed so much later.</summary>
    private static async Task KilledAfterAsync(TestLab lab, TimeSpan time, string setting)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestLab.Cancelled);
        var before = Containers(lab);
        var starting = lab.Node.StartAgentAsync(limit.Token, settings: [setting]);
        while (Containers(lab).SequenceEqual(before) && !starting.IsCompleted)
            await Task.Delay(Poll, TimeProvider.System, TestLab.Cancelled);
        limit.CancelAfter(time);
        try
        {
            await starting;
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, limit.Token);
        }
        catch (OperationCanceledException) when (!TestLab.Cancelled.IsCancellationRequested)
        {
            if (lab.Node.IsRunning)
                await lab.Node.Agent.KillAsync(TestLab.Cancelled);
        }
    }

    private static string[] Containers(TestLab lab) => Directory.GetDirectories(Path.Combine(lab.Node.Folder, "run", "bpffs"), "conntrack_*");
}

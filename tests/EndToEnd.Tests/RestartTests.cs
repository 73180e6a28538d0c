using System.Diagnostics;
using System.Globalization;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Traffic;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.EndToEnd.Tests;

/// <summary>The agent may die at any moment; packets and rules do not notice.</summary>
[Collection("lab")]
[Trait("Needs", "Root")]
public class RestartTests
{
    private const int Port = 7000;

    /// <summary>Longer than an agent needs to start again.</summary>
    private const int IperfSeconds = 5;

    /// <summary>The datapath reports its writes every second in the test that reads them.</summary>
    private static readonly TimeSpan TwoReports = Patience.Of(TimeSpan.FromSeconds(2.2));

    [Fact]
    public async Task Killing_the_agent_loses_no_datagram_and_adds_no_stall_to_a_stream()
    {
        Require.Tool("iperf3");
        await using var lab = await TestLab.StartAsync();
        var (client, server) = (await lab.PodAsync("client"), await lab.PodAsync("server"));
        await lab.ImportAsync(Policies.ServerAcceptsClient(Port));

        var control = await MeasureAsync(client, server, () => Task.CompletedTask);
        var killed = await MeasureAsync(client, server, async () =>
        {
            await lab.Node.Agent.KillAsync(TestLab.Cancelled);
            await lab.Node.StartAgentAsync(TestLab.Cancelled);
        });

        Assert.Equal(0, killed.Udp.Lost);
        Assert.Equal(0, killed.Udp.SocketDrops);
        AddsNoStall(killed.LongestStall, control.LongestStall);
    }

    [Fact]
    public async Task During_a_restart_what_is_allowed_passes_and_what_is_denied_does_not()
    {
        await using var lab = await TestLab.StartAsync();
        var (client, server) = (await lab.PodAsync("client"), await lab.PodAsync("server"));
        await lab.ImportAsync(Policies.ServerAcceptsClient(Port));

        // Every probe is a flow of its own: neither an established connection nor a remembered denial answers for it.
        await using var allowed = await ProbesAsync(client, server, Port, expectArrival: true);
        await using var denied = await ProbesAsync(client, server, Port + 1, expectArrival: false);
        await lab.Node.Agent.KillAsync(TestLab.Cancelled);
        await lab.Node.StartAgentAsync(TestLab.Cancelled);
        var (passed, leaked) = (await allowed.StopAsync(), denied.SoFar);

        Assert.Equal(0, passed.Lost);
        Assert.Equal(0, passed.SocketDrops);
        Assert.Equal(0, leaked.Received);
        Assert.InRange(Math.Min(passed.Sent, leaked.Sent), 500, long.MaxValue);
        // The receiver of what was denied would have seen it.
        await lab.ImportAsync(Policies.ServerAcceptsClient(Port + 1));
        await denied.WaitForArrivalAsync(TestLab.Cancelled);
    }

    [Fact]
    public async Task Another_build_of_the_programs_takes_over_without_losing_a_datagram()
    {
        await using var lab = await TestLab.StartAsync();
        var (client, server) = (await lab.PodAsync("client"), await lab.PodAsync("server"));
        await lab.ImportAsync(Policies.ServerAcceptsClient(Port));
        using var folder = new TemporaryFolder();
        var other = await OtherBuild.MakeAsync(TestLab.Layout, folder.Path, OtherBuild.OtherCode);

        var control = await MeasureAsync(client, server, () => Task.CompletedTask);
        await using var denied = await ProbesAsync(client, server, Port + 1, expectArrival: false);
        var replaced = await MeasureAsync(client, server, async () =>
        {
            await lab.Node.Agent.KillAsync(TestLab.Cancelled);
            await lab.Node.StartAgentAsync(TestLab.Cancelled, other);
        });

        Assert.Equal(0, replaced.Udp.Lost);
        Assert.Equal(0, replaced.Udp.SocketDrops);
        Assert.Equal(0, (await denied.StopAsync()).Received);
        AddsNoStall(replaced.LongestStall, control.LongestStall);
        await Eventually.TrueAsync(() => Directory.GetFiles(Path.Combine(lab.Node.Folder, "run", "bpffs"), "*_was_*").Length == 0, "programs that no device has any more are let go");
    }

    [Fact]
    public async Task An_endpoint_whose_device_vanished_while_no_agent_ran_is_forgotten()
    {
        await using var lab = await TestLab.StartAsync();
        var (stays, goes) = (await lab.PodAsync("client"), await lab.PodAsync("server"));
        await lab.Node.Agent.KillAsync(TestLab.Cancelled);
        using (var netlink = RouteNetlink.Open(lab.Node.Network.Node))
            netlink.DeleteLink(goes.HostDevice);
        await lab.Node.StartAgentAsync(TestLab.Cancelled);

        var endpoint = Assert.Single(await lab.Node.Agent.Client.ListEndpointsAsync(TestLab.Cancelled));
        Assert.Equal(stays.EndpointId, endpoint.Id);
        await Eventually.TrueAsync(async () => !(await lab.CliAsync("bpf", "endpoint", "list")).Output.Contains(goes.IPv4.ToString(), StringComparison.Ordinal), "the datapath has forgotten the endpoint");
    }

    [Fact]
    public async Task After_a_restart_numbers_identities_and_revision_are_the_same()
    {
        await using var lab = await TestLab.StartAsync();
        await lab.PodAsync("client");
        await lab.PodAsync("server");
        await lab.ImportAsync(Policies.ServerAcceptsClient(Port));
        var before = await DescribeAsync(lab);
        await lab.Node.Agent.KillAsync(TestLab.Cancelled);
        await lab.Node.StartAgentAsync(TestLab.Cancelled);
        await Eventually.TrueAsync(async () => (await lab.Node.Agent.Client.ListEndpointsAsync(TestLab.Cancelled)).All(endpoint => endpoint.Status.State == "ready"), "every endpoint is ready again");
        Assert.Equal(before, await DescribeAsync(lab));
    }

    [Fact]
    public async Task After_a_restart_nothing_is_written_to_a_map_that_did_not_change()
    {
        await using var lab = await TestLab.StartAsync("datapath.bpf.conntrack-gc-interval=1");
        await lab.PodAsync("client");
        await lab.PodAsync("server");
        await lab.ImportAsync(Policies.ServerAcceptsClient(Port));
        Assert.NotEqual(0, await WritesAsync(lab));
        await lab.Node.Agent.KillAsync(TestLab.Cancelled);

        await lab.Node.StartAgentAsync(TestLab.Cancelled);

        Assert.Equal(0, await WritesAsync(lab));
    }

    [Fact]
    public async Task The_datapath_can_be_looked_at_while_no_agent_runs()
    {
        await using var lab = await TestLab.StartAsync();
        var (client, server) = (await lab.PodAsync("client"), await lab.PodAsync("server"));
        await lab.ImportAsync(Policies.ServerAcceptsClient(Port));
        await using var echo = new EchoServer(server.Namespace, Port);
        Assert.True(await Probe.TcpAsync(client.Namespace, server.IPv4, Port, Patience.Of(TimeSpan.FromSeconds(5)), TestLab.Cancelled));
        await lab.Node.Agent.KillAsync(TestLab.Cancelled);

        foreach (var (what, expected) in new[] { ("endpoint", server.IPv4.ToString()), ("ipcache", $"{server.IPv4}/32"), ("policy", "server ingress[0]"), ("ct", $"{server.IPv4}:{Port}"), ("ct", "server ingress[0]"), ("metrics", "Success") })
        {
            var (status, output, error) = await lab.CliAsync("bpf", what, "list", "-o", "json");
            Assert.True(status == 0, $"bpf {what} list: {error}");
            Assert.Contains(expected, output, StringComparison.Ordinal);
        }

        var down = await lab.CliAsync("status");
        Assert.Equal(1, down.Status);
        Assert.Contains("does not answer", down.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_agent_on_the_same_state_directory_is_refused()
    {
        await using var lab = await TestLab.StartAsync();
        var folder = lab.Node.Folder;
        var refused = await Assert.ThrowsAsync<LabException>(() => AgentProcess.StartAsync(
            TestLab.Layout, lab.Node.Network.Node, Path.Combine(folder, "second"),
            ["profile=standalone", "plugins.development=true", $"state-dir={Path.Combine(folder, "state")}", $"run-dir={Path.Combine(folder, "second", "run")}", "ipv4.pod-cidr=10.9.0.0/24"],
            Patience.Of(TimeSpan.FromSeconds(20)), TestLab.Cancelled));
        Assert.True(refused.Message.Contains("another agent uses it", StringComparison.Ordinal), refused.Message);
    }

    private static void AddsNoStall(TimeSpan restarted, TimeSpan control)
    {
        if (Patience.TimesCount)
            Assert.True(restarted - control < TimeSpan.FromMilliseconds(200), $"longest stall {restarted.TotalMilliseconds:0} ms with the restart, {control.TotalMilliseconds:0} ms without");
    }

    private static Task<DatagramStream> ProbesAsync(LabPod client, LabPod server, int port, bool expectArrival) => DatagramStream.StartAsync(
        client.Namespace, server.Namespace, server.IPv4, port, TimeSpan.FromMilliseconds(1), expectArrival, TestLab.Cancelled, freshPorts: true);

    /// <returns>Writes of this agent to maps, once every endpoint is ready and their number does not grow any more.</returns>
    private static async Task<long> WritesAsync(TestLab lab)
    {
        await Eventually.TrueAsync(async () => (await lab.Node.Agent.Client.ListEndpointsAsync(TestLab.Cancelled)).All(endpoint => endpoint.Status.State == "ready"), "every endpoint is ready");
        var (writes, since) = (-1L, Stopwatch.GetTimestamp());
        await Eventually.TrueAsync(
            async () =>
            {
                var health = (await lab.Node.Agent.Client.GetStatusAsync(TestLab.Cancelled)).Health;
                var maps = health.SingleOrDefault(entry => entry.Path.EndsWith(".maps", StringComparison.Ordinal));
                var now = maps is null ? -1 : long.Parse(maps.Message.Split(' ')[0], CultureInfo.InvariantCulture);
                if (now != writes)
                    (writes, since) = (now, Stopwatch.GetTimestamp());
                return writes >= 0 && Stopwatch.GetElapsedTime(since) > TwoReports;
            },
            "the number of writes stands still");
        return writes;
    }

    private static async Task<string> DescribeAsync(TestLab lab)
    {
        var endpoints = await lab.Node.Agent.Client.ListEndpointsAsync(TestLab.Cancelled);
        var status = await lab.Node.Agent.Client.GetStatusAsync(TestLab.Cancelled);
        return string.Join('\n', endpoints.Select(endpoint => $"{endpoint.Id} {endpoint.Status.Identity?.Id} {endpoint.Status.Networking.Addressing[0].Ipv4}")) + $"\nrevision {status.PolicyRevision}";
    }

    private static async Task<(DatagramStream.Result Udp, TimeSpan LongestStall)> MeasureAsync(LabPod client, LabPod server, Func<Task> during)
    {
        await using var datagrams = await DatagramStream.StartAsync(client.Namespace, server.Namespace, server.IPv4, Port, TimeSpan.FromMilliseconds(1), expectArrival: true, TestLab.Cancelled);
        await using var bytes = await ByteStream.StartAsync(client.Namespace, server.Namespace, server.IPv6, Port, TestLab.Cancelled);
        using var iperf = Iperf.Start(client.Namespace, server.Namespace, server.IPv4, Port, IperfSeconds);
        await bytes.WaitForAsync(16 << 20, TestLab.Cancelled);
        await during();
        await bytes.WaitForAsync(64 << 20, TestLab.Cancelled);
        var stream = await iperf.ResultAsync(TestLab.Cancelled);
        Assert.True(stream.Bytes > 0);
        var stall = await bytes.StopAsync();
        return (await datagrams.StopAsync(), stall > stream.LongestStall ? stall : stream.LongestStall);
    }
}

using System.Diagnostics;
using Cilium.Framework.Lab.Traffic;

namespace Cilium.Framework.EndToEnd.Tests;

/// <summary>The command line against a running agent.</summary>
[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class CliTests : IAsyncLifetime
{
    private TestLab _lab = null!;

    public async ValueTask InitializeAsync() => _lab = await TestLab.StartAsync();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    private async Task<string> OkAsync(params string[] arguments)
    {
        var (status, output, error) = await _lab.CliAsync(arguments);
        Assert.True(status == 0, $"cilium {string.Join(' ', arguments)} ended with {status}: {output}{error}");
        return output;
    }

    private async Task<string> RefusedAsync(params string[] arguments)
    {
        var (status, output, error) = await _lab.CliAsync(arguments);
        Assert.NotEqual(0, status);
        Assert.Equal("", output);
        return error;
    }

    [Fact]
    public async Task Every_list_fits_eighty_columns_and_names_what_it_shows()
    {
        var (client, server) = (await _lab.PodAsync("client"), await _lab.PodAsync("server"));
        await _lab.ImportAsync(Policies.ServerAcceptsClient(80));
        await using var echo = new EchoServer(server.Namespace, 80);
        Assert.True(await Probe.TcpAsync(client.Namespace, server.IPv6, 80, TimeSpan.FromSeconds(5), TestLab.Cancelled));
        foreach (var (command, expected) in new[]
        {
            ("status", "Ok"), ("endpoint list", "ready"), ("identity list", "k8s:app=server"), ("plugin list", "datapath.bpf"), ("db show endpoints", "Done"), ("db show ipcache", "Endpoint"),
            ("bpf policy list", "Ingress"), ("bpf ipcache list", "10.1.0."), ("bpf endpoint list", "policy"), ("bpf ct list", "Tcp"), ("bpf metrics list", "Success"),
        })
        {
            var output = await OkAsync(command.Split(' '));
            Assert.Contains(expected, output, StringComparison.Ordinal);
            Assert.DoesNotContain('\x1b', output);
            Assert.All(output.Split('\n'), line => Assert.True(line.TrimEnd().Length <= 80, $"cilium {command}: {line.Length} columns: {line}"));
        }
    }

    [Fact]
    public async Task A_long_label_leaves_nothing_out_of_the_list()
    {
        var pod = await _lab.Node.AddPodAsync("long", ["k8s:app=long", "k8s:io.kubernetes.pod.namespace=a-namespace-with-a-rather-long-name"], TestLab.Cancelled);
        var output = await OkAsync("endpoint", "list");
        Assert.All(output.Split('\n'), line => Assert.True(line.Length <= 80, $"{line.Length} columns: {line}"));
        foreach (var expected in new[] { $"{pod.EndpointId} ", pod.IPv4.ToString(), pod.IPv6.ToString(), "k8s:app=long", "ready" })
            Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_is_imported_shown_waited_for_and_deleted()
    {
        await _lab.PodAsync("server");
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["p.yaml"], Policies.ServerAcceptsClient(80), TestLab.Cancelled);
        Assert.Equal("Revision: 2\n", await OkAsync("policy", "import", folder["p.yaml"]));
        await OkAsync("policy", "wait", "2");
        Assert.Contains("Revision: 2", await OkAsync("policy", "get"), StringComparison.Ordinal);
        Assert.Equal("Revision: 3\n", await OkAsync("policy", "delete", "k8s:io.cilium.k8s.policy.name=server"));
        Assert.Contains("no rule carries the labels", await RefusedAsync("policy", "get", "k8s:io.cilium.k8s.policy.name=server"), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("give --all to delete every rule", await RefusedAsync("policy", "delete"), StringComparison.Ordinal);
        Assert.Contains("do not enforce revision 99", await RefusedAsync("policy", "wait", "99", "--max-wait-time", "1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_is_validated_without_touching_the_agent()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["good.yaml"], Policies.ServerAcceptsClient(80), TestLab.Cancelled);
        await File.WriteAllTextAsync(folder["bad.yaml"], Policies.ServerAcceptsClient(80).Replace("ANY", "SCTP", StringComparison.Ordinal), TestLab.Cancelled);
        Assert.Contains("ok: 1 policies, 1 rules", await OkAsync("policy", "validate", folder["good.yaml"]), StringComparison.Ordinal);
        Assert.Contains("not built yet", await RefusedAsync("policy", "validate", folder["bad.yaml"]), StringComparison.Ordinal);
        Assert.Contains("Revision: 1", await OkAsync("policy", "get"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_configuration_is_printed_with_its_origins_and_validated()
    {
        var output = await OkAsync("config", "print", "--origins", "-o", "json");
        Assert.Contains("flag --set", output, StringComparison.Ordinal);
        Assert.Contains("profile", output, StringComparison.Ordinal);
        Assert.Contains("ok: ", await OkAsync("config", "validate"), StringComparison.Ordinal);
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["c.yaml"], "routng: {provider: direct}\n", TestLab.Cancelled);
        var refused = await RefusedAsync("config", "validate", "--config", folder["c.yaml"]);
        Assert.Contains("Nearest known: routing.provider", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cleanup_is_refused_while_the_agent_runs_and_takes_everything_away_afterwards()
    {
        await _lab.PodAsync("server");
        Assert.Contains("another agent uses it", await RefusedAsync("cleanup", "--force"), StringComparison.Ordinal);
        await _lab.Node.Agent.KillAsync(TestLab.Cancelled);
        Assert.Contains("Give --force to do it.", await OkAsync("cleanup"), StringComparison.Ordinal);
        await OkAsync("cleanup", "--force");
        using var netlink = Netlink.RouteNetlink.Open(_lab.Node.Network.Node);
        Assert.Null(netlink.FindLink("cilium_host"));
        Assert.DoesNotContain("10.1.0.", await OkAsync("bpf", "endpoint", "list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cleanup_from_another_namespace_changes_nothing_and_says_where_to_go()
    {
        await _lab.PodAsync("server");
        await _lab.Node.Agent.KillAsync(TestLab.Cancelled);
        using var outside = Process.Start(new ProcessStartInfo(TestLab.Layout.Cli, ["cleanup", "--force", "--socket", _lab.Node.Socket]) { RedirectStandardError = true })!;
        var error = await outside.StandardError.ReadToEndAsync(TestLab.Cancelled);
        await outside.WaitForExitAsync(TestLab.Cancelled);
        Assert.Equal(1, outside.ExitCode);
        Assert.Contains($"Enter it first: nsenter --net={_lab.Node.Network.Node.Path} cilium cleanup", error, StringComparison.Ordinal);
        Assert.Contains("policy", await OkAsync("bpf", "endpoint", "list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_agent_was_told_goes_only_when_that_is_asked_for()
    {
        await _lab.PodAsync("server");
        var state = Path.Combine(_lab.Node.Folder, "state");
        await _lab.Node.Agent.KillAsync(TestLab.Cancelled);
        Assert.Contains($"{state} stays: the next start brings its endpoints, rules and leases back.", await OkAsync("cleanup", "--force"), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(state, "endpoints.json")));
        var (status, output, error) = await _lab.CliAsync("cleanup", "--force", "--state");
        Assert.Equal(0, status);
        Assert.Contains($"State directory: {state}\n", error, StringComparison.Ordinal);
        Assert.Contains("BPF file system: ", error, StringComparison.Ordinal);
        Assert.Contains($"state {state}/endpoints.json", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(state));
        // A look at what is not there makes nothing.
        await OkAsync("cleanup");
        Assert.False(Directory.Exists(state));
    }

    [Fact]
    public async Task A_monitor_ends_with_words_when_the_agent_is_stopped_and_the_agent_logs_that_it_stops()
    {
        // Nothing else tells when the monitor listens: the agent then has one more connection.
        int Connections() => File.ReadLines($"/proc/{_lab.Node.Agent.Id}/net/unix").Count(line => line.EndsWith(_lab.Node.Socket, StringComparison.Ordinal));
        var before = Connections();
        using var monitor = _lab.StartCli("monitor");
        var complaint = monitor.StandardError.ReadToEndAsync(TestLab.Cancelled);
        await Eventually.TrueAsync(() => Task.FromResult(Connections() > before), "the monitor is connected");
        Assert.Equal(0, await _lab.Node.Agent.StopAsync(TestLab.Cancelled));
        await monitor.WaitForExitAsync(TestLab.Cancelled);
        Assert.Equal(1, monitor.ExitCode);
        Assert.StartsWith("cilium: The agent ", await complaint, StringComparison.Ordinal);
        Assert.Contains("is stopping, as it was asked to; what is realised stays.", _lab.Node.LogTail(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Monitor_shows_drops_with_the_nearest_rule_and_filters()
    {
        var (client, server) = (await _lab.PodAsync("client"), await _lab.PodAsync("server"));
        await _lab.ImportAsync(Policies.ServerAcceptsClient(80));
        using var monitor = _lab.StartCli("monitor", "--type", "drop", "--to", $"{server.EndpointId}", "-j");
        string? line = null;
        var reading = Task.Run(async () => line = await monitor.StandardOutput.ReadLineAsync(TestLab.Cancelled), TestLab.Cancelled);
        await Eventually.TrueAsync(
            async () =>
            {
                await Probe.UdpAsync(client.Namespace, server.IPv4, 81, TimeSpan.FromMilliseconds(100), TestLab.Cancelled);
                return reading.IsCompleted;
            },
            "the monitor shows a drop");
        monitor.Kill();
        Assert.Contains("\"reason\":133", line, StringComparison.Ordinal);
        Assert.Contains("nearest: server ingress[0], other port", line, StringComparison.Ordinal);
    }
}

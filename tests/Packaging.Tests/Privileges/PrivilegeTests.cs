using System.Globalization;
using Cilium.Framework.Lab;

namespace Cilium.Framework.Packaging.Tests.Privileges;

/// <summary>What a running agent may do, and who may touch what it keeps: read from the real agent.</summary>
[Collection("machine")]
[Trait("Needs", "Root")]
public sealed class PrivilegeTests : IAsyncLifetime
{
    /// <summary>CAP_NET_ADMIN 12, CAP_PERFMON 38, CAP_BPF 39.</summary>
    private const ulong Needed = 1UL << 12 | 1UL << 38 | 1UL << 39;

    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly TemporaryFolder _folder = new();
    private LabNode _node = null!;

    public async ValueTask InitializeAsync()
    {
        Require.Bpf();
        Require.Tool("nsenter");
        Directory.CreateDirectory(_folder["state"], Owner | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        _node = await LabNode.StartAsync($"g{Environment.ProcessId}", Checkout.Layout, _folder.Path, ["datapath.bpf.conntrack-gc-interval=1"], Checkout.Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_running_agent_has_the_capabilities_that_it_needs_and_no_other_and_still_does_its_work()
    {
        foreach (var thread in Directory.EnumerateDirectories($"/proc/{_node.Agent.Id}/task"))
        {
            var status = Status(thread);
            foreach (var set in new[] { "CapBnd", "CapPrm", "CapEff" })
                Assert.Equal((thread, set, Needed), (thread, set, ulong.Parse(status[set], NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
            foreach (var set in new[] { "CapInh", "CapAmb" })
                Assert.Equal((thread, set, 0UL), (thread, set, ulong.Parse(status[set], NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
            Assert.Equal((thread, "1"), (thread, status["NoNewPrivs"]));
            Assert.Equal((thread, "2"), (thread, status["Seccomp"]));
        }

        // Attaches, writes maps, runs the collecting program.
        var pod = await _node.AddPodAsync("web", ["k8s:app=web"], Checkout.Cancelled);
        Assert.Equal("ready", (await _node.Agent.Client.GetEndpointAsync($"{pod.EndpointId}", Checkout.Cancelled)).Status.State);
        await Eventually.TrueAsync(
            async () => (await _node.Agent.Client.GetStatusAsync(Checkout.Cancelled)).Health.Any(part => part.Path.EndsWith(".conntrack", StringComparison.Ordinal) && part.Level == "Ok"),
            "connections are collected");
        await _node.RemovePodAsync(pod, Checkout.Cancelled);
        Assert.Equal("Ok", (await _node.Agent.Client.GetStatusAsync(Checkout.Cancelled)).Cilium.State);
    }

    [Fact]
    public async Task What_an_agent_keeps_is_for_root_only()
    {
        await _node.AddPodAsync("web", ["k8s:app=web"], Checkout.Cancelled);
        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder["state"]));
        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder["run/bpffs"]) & ~UnixFileMode.StickyBit);
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(_folder["run"]) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
        Assert.Equal(Owner, File.GetUnixFileMode(_folder["run/effective.yaml"]));
        var pins = Directory.GetFiles(_folder["run/bpffs"]).Where(pin => Path.GetFileName(pin) is var name && (name.StartsWith("cilium_", StringComparison.Ordinal) || name.StartsWith("prog_", StringComparison.Ordinal))).ToList();
        Assert.NotEmpty(pins);
        foreach (var file in pins.Concat(Directory.GetFiles(_folder["state"], "*.json")))
            Assert.Equal((file, Owner), (file, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task A_restart_by_an_agent_without_privileges_beyond_its_own_takes_everything_over()
    {
        var pod = await _node.AddPodAsync("web", ["k8s:app=web"], Checkout.Cancelled);
        await _node.Agent.KillAsync(Checkout.Cancelled);
        await _node.StartAgentAsync(Checkout.Cancelled);
        await Eventually.TrueAsync(async () => (await _node.Agent.Client.GetEndpointAsync($"{pod.EndpointId}", Checkout.Cancelled)).Status.State == "ready", "the endpoint is ready under the next agent");
        Assert.DoesNotContain(await Warnings(), warning => warning.Contains("CAP_", StringComparison.Ordinal) || warning.Contains("System calls", StringComparison.Ordinal));
    }

    private static Dictionary<string, string> Status(string folder) =>
        File.ReadLines(Path.Combine(folder, "status")).Select(line => line.Split(':', 2)).ToDictionary(pair => pair[0], pair => pair[1].Trim());

    private async Task<IReadOnlyList<string>> Warnings() => (await _node.Agent.Client.GetStatusAsync(Checkout.Cancelled)).Warnings;
}

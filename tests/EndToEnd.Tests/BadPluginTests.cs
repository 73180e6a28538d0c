using System.Diagnostics;
using System.Text.Json.Nodes;
using Cilium.Framework.BadPlugins;

namespace Cilium.Framework.EndToEnd.Tests;

/// <summary>The agent with a routing plugin that goes wrong (tests/BadPlugins): it ends with status 1 and words, the store that it had started is ended, and the datapath is never started.</summary>
public sealed class BadPluginTests : IDisposable
{
    private const string Stays = "The agent did not start; what was realised before stays.";
    private const string Defect = "This is a defect of the plugin: take another version of it, or another one (routing.provider).";
    private const string Slow = "Look for what it waits for in its log; give it longer (plugins.start-timeout), or select another one (routing.provider).";

    /// <summary>Far more than an agent needs to give up after five seconds, on a busy machine too.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    public BadPluginTests()
    {
        Assert.True(File.Exists(TestLab.Layout.Agent), $"{TestLab.Layout.Agent} is missing: run eng/publish.sh artifacts/layout first (test.sh does)");
        BadPlugin.Copy(Path.Combine(TestLab.Layout.Plugins, "Ipam.HostScope"), Path.Combine(Plugins, "Ipam.HostScope"));
        BadPlugin.Install(Plugins, "Kvstore.Fixture");
        BadPlugin.Install(Plugins, "Datapath.Fixture");
        Directory.CreateDirectory(_folder["run"]);
    }

    private string Plugins => _folder["plugins"];

    private string Bad => Path.Combine(Plugins, "Routing.Fixture");

    private string Title => $"plugin routing.fixture ({Bad})";

    private IEnumerable<string> Journal => File.Exists(_folder["run/journal"]) ? File.ReadLines(_folder["run/journal"]) : [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("throw in constructor", "routing.provider: CF1208 {0}: could not be made. InvalidOperationException: told to throw in constructor. " + Defect)]
    [InlineData("throw in Configure", "routing.provider: CF1208 {0}: could not be configured. InvalidOperationException: told to throw in Configure. " + Defect)]
    [InlineData("hang in Configure", "routing.provider: CF1210 {0}: did not finish within 5 s (configure). " + Slow)]
    public async Task Nothing_is_started_when_a_plugin_cannot_be_loaded(string behaviour, string expected)
    {
        BadPlugin.Install(Plugins, "Routing.Fixture", behaviour);
        Assert.Equal((1, Said(expected)), await RunAsync(behaviour));
        Assert.DoesNotContain(Journal, line => line.Contains("StartAsync", StringComparison.Ordinal) || line.Contains("InitializeAsync", StringComparison.Ordinal));
        Assert.Equal(["datapath DisposeAsync", "kvstore DisposeAsync"], Journal.TakeLast(2));
        Assert.False(File.Exists(_folder["run/cilium.sock"]));
    }

    [Theory]
    [InlineData("throw on start", "CF1209 {0}: failed (start). InvalidOperationException: told to throw on start. " + Defect + " " + Stays)]
    [InlineData("hang on start", "CF1210 {0}: did not finish within 5 s (start). " + Slow + " " + Stays)]
    public async Task What_was_started_before_is_ended_and_the_later_ones_never_start(string behaviour, string expected)
    {
        BadPlugin.Install(Plugins, "Routing.Fixture", behaviour);
        Assert.Equal((1, Said(expected)), await RunAsync(behaviour));
        Assert.Equal(
            [
                "kvstore Configure with private library 1", "routing Configure with private library 2", "datapath Configure", "datapath ProbeAsync", "kvstore StartAsync",
                "routing InitializeAsync", "datapath DisposeAsync", "routing DisposeAsync", "kvstore DisposeAsync",
            ],
            Journal);
        Assert.False(File.Exists(_folder["run/cilium.sock"]));
    }

    [Fact]
    public async Task Everything_that_is_wrong_with_the_files_of_plugins_is_told_at_once_and_nothing_of_them_runs()
    {
        BadPlugin.Install(Plugins, "Routing.Fixture");
        File.Delete(Path.Combine(Bad, "PrivateLibrary.dll"));
        File.Delete(Path.Combine(Bad, "libfixture.so"));
        BadPlugin.Describe(Bad);
        var store = Path.Combine(Plugins, "Kvstore.Fixture");
        await File.AppendAllTextAsync(Path.Combine(store, "PrivateLibrary.dll"), "x", TestLab.Cancelled);
        var datapath = Path.Combine(Plugins, "Datapath.Fixture");
        var description = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(datapath, "plugin.json"), TestLab.Cancelled))!;
        description["apiVersion"] = "7.0";
        await File.WriteAllTextAsync(Path.Combine(datapath, "plugin.json"), description.ToJsonString(), TestLab.Cancelled);

        var (status, output) = await RunAsync();

        Assert.Equal(1, status);
        foreach (var expected in (string[])[
            $"kvstore.provider: CF1204 plugin kvstore.fixture ({store}): PrivateLibrary.dll has the SHA-256 ",
            $"routing.provider: CF1207 {Title}: Routing.Fixture.dll needs PrivateLibrary 2.0.0.0, which lies neither in its folder nor in the runtime.",
            $"routing.provider: CF1207 {Title}: Routing.Fixture.dll calls the native library fixture, which lies neither in its folder nor on this machine.",
            $"datapath.provider: CF1205 plugin datapath.fixture ({datapath}): built against contracts 7.0, this agent offers 0.1."])
            Assert.Contains($"cilium-agent: {expected}", output, StringComparison.Ordinal);
        Assert.Empty(Journal);
    }

    [Fact]
    public async Task An_agent_that_is_asked_to_end_while_a_plugin_starts_ends_at_once()
    {
        BadPlugin.Install(Plugins, "Routing.Fixture", "hang on start");
        using var agent = Start("plugins.start-timeout=600");
        await Eventually.TrueAsync(() => Journal.Contains("routing InitializeAsync"), "the plugin hangs", (int)Patience.TotalSeconds);
        using (var kill = Process.Start("kill", ["-TERM", $"{agent.Id}"]))
            await kill.WaitForExitAsync(TestLab.Cancelled);
        await agent.WaitForExitAsync(TestLab.Cancelled).WaitAsync(Patience, TestLab.Cancelled);
        Assert.Equal(0, agent.ExitCode);
        Assert.Equal(["datapath DisposeAsync", "routing DisposeAsync", "kvstore DisposeAsync"], Journal.TakeLast(3));
    }

    private string Said(string text) => $"cilium-agent: {text.Replace("{0}", Title, StringComparison.Ordinal)}\n";

    /// <summary>Who does not hang has all the time of a busy machine.</summary>
    private async Task<(int Status, string Error)> RunAsync(string behaviour = "")
    {
        using var agent = Start(behaviour.StartsWith("hang", StringComparison.Ordinal) ? "plugins.start-timeout=5" : "plugins.start-timeout=60");
        var output = agent.StandardOutput.ReadToEndAsync(TestLab.Cancelled);
        var error = agent.StandardError.ReadToEndAsync(TestLab.Cancelled);
        try
        {
            await agent.WaitForExitAsync(TestLab.Cancelled).WaitAsync(Patience, TestLab.Cancelled);
        }
        finally
        {
            if (!agent.HasExited)
                agent.Kill();
        }

        await output;
        return (agent.ExitCode, await error);
    }

    private Process Start(string setting)
    {
        var start = new ProcessStartInfo(TestLab.Layout.Agent) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var set in (string[])[
            "ipv4.pod-cidr=10.0.0.0/24", "plugins.development=true", $"plugins.directory={Plugins}", $"state-dir={_folder["state"]}", $"run-dir={_folder["run"]}",
            "kvstore.provider=fixture", "routing.provider=fixture", "datapath.provider=fixture", setting])
        {
            start.ArgumentList.Add("--set");
            start.ArgumentList.Add(set);
        }

        return Process.Start(start)!;
    }
}

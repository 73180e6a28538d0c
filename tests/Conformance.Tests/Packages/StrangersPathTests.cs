using System.Diagnostics;
using System.Text.Json;
using Cilium.Framework.Client;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Lab;

namespace Cilium.Framework.Conformance.Tests.Packages;

/// <summary>docs/plugin-authors, walked from an empty folder with nothing but the packages.</summary>
[Collection(nameof(Stranger))]
public sealed class StrangersPathTests(Stranger stranger)
{
    private const string IdentityKey = "cilium/state/identities/v1/";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void The_plugin_is_built_without_a_warning_and_passes_the_suite()
    {
        Assert.Contains("Failed: 0", stranger.Outputs[0], StringComparison.Ordinal);
        Assert.Matches("Total: [1-9][0-9]", stranger.Outputs[0]);
        Assert.DoesNotContain("warning", stranger.Outputs[0], StringComparison.Ordinal);
    }

    [Fact]
    public void The_output_is_a_folder_that_describes_itself_and_holds_nothing_of_the_hosts()
    {
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(stranger.Work, "Kvstore.File/plugin.json")));
        Assert.Equal(("kvstore.file", "1.0.0", "Kvstore.File.dll"), (Text("id"), Text("version"), Text("assembly")));
        Assert.Equal(Plugins.PluginApi.Version, Text("apiVersion"));
        Assert.Equal(["Kvstore.File.dll"], Directory.EnumerateFiles(Path.Combine(stranger.Work, "Kvstore.File"), "*.dll").Select(Path.GetFileName));

        string? Text(string name) => manifest.RootElement.GetProperty(name).GetString();
    }

    [Fact]
    public void The_host_loads_it()
    {
        Assert.Contains("ok: ", stranger.Outputs[^1], StringComparison.Ordinal);
        Assert.Contains("kvstore.file", stranger.Outputs[^1], StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(stranger.Work, "state")), "validate touched the state directory");
    }

    [Fact]
    public async Task The_agent_keeps_identities_in_it_over_a_kill()
    {
        using var folder = new TemporaryFolder();
        for (var round = 1; round <= 2; round++)
        {
            using var agent = Process.Start(new ProcessStartInfo(stranger.Installed.Agent, Arguments(folder)) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            // Its pipes are emptied, or it would wait for somebody to read.
            var log = Task.WhenAll(agent.StandardOutput.ReadToEndAsync(CancellationToken.None), agent.StandardError.ReadToEndAsync(CancellationToken.None));
            try
            {
                using var client = new CiliumClient(folder["run/cilium.sock"]);
                await Eventually.TrueAsync(() => IsWellAsync(client), "the agent is well", 30);
                if (round == 1)
                    await PutAsync(client);
                await Eventually.TrueAsync(async () => (await client.ListEndpointsAsync(Stop)).Single().Status.State == "ready", "the endpoint is ready");
                Assert.Contains("file: ", (await client.GetStatusAsync(Stop)).Kvstore.Msg, StringComparison.Ordinal);
            }
            finally
            {
                agent.Kill();
                await agent.WaitForExitAsync(CancellationToken.None);
                await log;
            }

            Assert.Contains(IdentityKey, await File.ReadAllTextAsync(folder["state/kvstore-file/journal"], Stop), StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("Needs", "Root")]
    public async Task The_standalone_agent_starts_an_endpoint_with_it()
    {
        Require.Bpf();
        Require.Tool("nsenter");
        using var folder = new TemporaryFolder();
        await using var node = await LabNode.StartAsync($"s{Environment.ProcessId}", stranger.Installed, folder.Path, ["kvstore.provider=file"], Stop);
        await node.AddPodAsync("web", ["k8s:app=web"], Stop);
        Assert.Contains("file: ", (await node.Agent.Client.GetStatusAsync(Stop)).Kvstore.Msg, StringComparison.Ordinal);
        Assert.Contains(IdentityKey, await File.ReadAllTextAsync(folder["state/kvstore-file/journal"], Stop), StringComparison.Ordinal);
    }

    private string[] Arguments(TemporaryFolder folder) =>
    [
        .. new[] { "profile=dry-run", "kvstore.provider=file", "plugins.development=true", $"state-dir={folder["state"]}", $"run-dir={folder["run"]}" }
            .SelectMany(setting => (string[])["--set", setting]),
    ];

    private static async Task<bool> IsWellAsync(CiliumClient client)
    {
        try
        {
            return (await client.GetStatusAsync(Stop)).Cilium.State == "Ok";
        }
        catch (ApiException)
        {
            return false;
        }
    }

    private static Task PutAsync(CiliumClient client) => client.PutEndpointAsync("1", new EndpointChangeRequest
    {
        Id = 1, InterfaceName = "lxc1", Mac = "0a:58:00:00:00:01", HostMac = "0a:58:ff:00:00:01", Addressing = new AddressPair { Ipv4 = "10.0.0.11" }, Labels = ["k8s:app=web"],
    }, Stop);
}

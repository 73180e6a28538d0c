using System.Diagnostics;
using Cilium.Framework.Client;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.EndToEnd.Tests;

/// <summary>The profile dry-run needs no privilege: it realises everything in the simulator and changes nothing on the machine.</summary>
public sealed class DryRunTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private Process _agent = null!;
    private CiliumClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _agent = Process.Start(Unprivileged(
            [TestLab.Layout.Agent, "--set", "profile=dry-run", "--set", "plugins.development=true", "--set", $"state-dir={_folder["state"]}", "--set", $"run-dir={_folder["run"]}"]))!;
        _client = new CiliumClient(_folder["run/cilium.sock"]);
        try
        {
            await Eventually.TrueAsync(IsWellAsync, "the agent is well");
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync()
    {
        _agent.Kill();
        _agent.WaitForExit();
        _agent.Dispose();
        _client.Dispose();
        _folder.Dispose();
        return default;
    }

    [Fact]
    public async Task Endpoints_become_ready_and_rules_are_realised_without_any_capability()
    {
        Assert.Equal("0000000000000000", Capabilities());
        await PutAsync(1, "client", "10.0.0.11");
        await PutAsync(2, "server", "10.0.0.12");

        var revision = (await _client.PutPolicyAsync(Policies.ServerAcceptsClient(80), TestLab.Cancelled)).Revision;

        await Eventually.TrueAsync(
            async () => (await _client.ListEndpointsAsync(TestLab.Cancelled)).All(endpoint => endpoint.Status.State == "ready" && endpoint.Status.Policy.PolicyRevision >= revision),
            "both endpoints enforce the rules");
        var devices = await File.ReadAllTextAsync("/proc/net/dev", TestLab.Cancelled);
        Assert.DoesNotContain("cilium_host", devices, StringComparison.Ordinal);
    }

    private async Task PutAsync(int id, string app, string address) => await _client.PutEndpointAsync($"{id}", new EndpointChangeRequest
    {
        Id = id,
        InterfaceName = $"lxc{id}",
        Mac = $"0a:58:00:00:00:0{id}",
        HostMac = $"0a:58:ff:00:00:0{id}",
        Addressing = new AddressPair { Ipv4 = address },
        Labels = [$"k8s:app={app}"],
    }, TestLab.Cancelled);

    private async Task<bool> IsWellAsync()
    {
        Assert.False(_agent.HasExited, "the agent ended");
        try
        {
            return (await _client.GetStatusAsync(TestLab.Cancelled)).Cilium.State == "Ok";
        }
        catch (ApiException)
        {
            return false;
        }
    }

    private string Capabilities() => File.ReadLines($"/proc/{_agent.Id}/status").Single(line => line.StartsWith("CapEff:", StringComparison.Ordinal))[^16..];

    // Root gives everything up that makes it root.
    private static ProcessStartInfo Unprivileged(string[] command) => Environment.IsPrivilegedProcess
        ? new("setpriv", ["--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", .. command])
        : new(command[0], command[1..]);
}

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

    [Fact]
    public async Task An_address_that_an_endpoint_brought_along_is_its_own_until_it_is_deleted()
    {
        await PutAsync(1, "client", "10.0.0.21");
        var address = System.Net.IPAddress.Parse("10.0.0.21");
        var refused = await Assert.ThrowsAsync<ApiException>(() => _client.AllocateAddressAsync("other", address, TestLab.Cancelled));
        Assert.Equal(System.Net.HttpStatusCode.Conflict, refused.Status);
        Assert.Contains("endpoint:lxc1:10.0.0.21", refused.Message, StringComparison.Ordinal);
        Assert.Contains(["10.0.0.21", "endpoint:lxc1:10.0.0.21", "1"], (await _client.GetTableAsync("ipam", TestLab.Cancelled)).Rows);
        Assert.Equal(["Rule", "Labels", "Ingress", "Egress"], (await _client.GetTableAsync("rules", TestLab.Cancelled)).Columns);
        await _client.DeleteEndpointAsync("1", TestLab.Cancelled);
        await _client.AllocateAddressAsync("other", address, TestLab.Cancelled);
        refused = await Assert.ThrowsAsync<ApiException>(() => PutAsync(2, "client", "10.0.0.1"));
        Assert.Equal(System.Net.HttpStatusCode.Conflict, refused.Status);
        Assert.Contains("is this node's own", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_datapath_that_keeps_nothing_outside_the_agent_is_not_shown_as_empty()
    {
        using var list = Process.Start(new ProcessStartInfo(TestLab.Layout.Cli, ["bpf", "endpoint", "list", "--socket", _folder["run/cilium.sock"]]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var error = await list.StandardError.ReadToEndAsync(TestLab.Cancelled);
        await list.WaitForExitAsync(TestLab.Cancelled);
        Assert.Equal(1, list.ExitCode);
        Assert.Contains("The datapath simulator keeps its state inside the running agent", error, StringComparison.Ordinal);
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

using System.Diagnostics;
using System.Net;
using Cilium.Framework.Client;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.EndToEnd.Tests;

/// <summary>More requests than there is room for, at once: each is answered in words, and who was there before does not notice.</summary>
public sealed class EndpointFloodTests : IAsyncLifetime
{
    private const int Requests = 1000;

    /// <summary>Addresses of 10.0.0.0/24 without network, gateway and broadcast.</summary>
    private const int Addresses = 253;

    /// <summary>Requests under way: fewer than connections that the kernel keeps waiting before a listening socket (512), which answers the rest itself.</summary>
    private const int AtOnce = 200;

    private readonly SemaphoreSlim _gate = new(AtOnce);
    private readonly TemporaryFolder _folder = new();
    private Process _agent = null!;
    private CiliumClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _agent = Process.Start(
            TestLab.Layout.Agent, ["--set", "profile=dry-run", "--set", "plugins.development=true", "--set", "log.level=error", "--set", $"state-dir={_folder["state"]}", "--set", $"run-dir={_folder["run"]}"]);
        _client = new CiliumClient(_folder["run/cilium.sock"]);
        await Eventually.TrueAsync(IsWellAsync, "the agent is well", seconds: 30);
    }

    public ValueTask DisposeAsync()
    {
        _agent.Kill();
        _agent.WaitForExit();
        _agent.Dispose();
        _client.Dispose();
        _gate.Dispose();
        _folder.Dispose();
        return default;
    }

    [Fact]
    public async Task A_thousand_requests_for_addresses_get_every_address_once_and_the_rest_words()
    {
        var before = (await _client.AllocateAddressAsync("before", "ipv4", TestLab.Cancelled)).Address.Ipv4!;
        var answers = await Task.WhenAll(Enumerable.Range(0, Requests).Select(i => AskAsync(async () => (await _client.AllocateAddressAsync($"flood-{i}", "ipv4", TestLab.Cancelled)).Address.Ipv4!)));

        var granted = answers.Where(answer => answer.Refused is null).Select(answer => answer.Answer).ToList();
        Assert.Equal(Addresses - 1, granted.Count);
        Assert.Equal(Addresses, granted.Append(before).Distinct().Count());
        Assert.All(answers.Where(answer => answer.Refused is not null), answer =>
        {
            Assert.Equal(HttpStatusCode.BadGateway, answer.Refused!.Status);
            Assert.Matches("ipam host-scope: all 253 addresses of 10\\.0\\.0\\.0/24 are taken; flood-[0-9]+ gets none\\. Release endpoints or give the node a larger range \\(ipv4\\.pod-cidr\\)\\.", answer.Refused.Message);
        });
        await _client.ReleaseAddressAsync(granted[0]!, TestLab.Cancelled);
        Assert.Equal(granted[0], (await _client.AllocateAddressAsync("after", "ipv4", TestLab.Cancelled)).Address.Ipv4);
        Assert.True(await IsWellAsync());
    }

    [Fact]
    public async Task A_thousand_endpoints_at_once_are_all_taken_and_the_one_that_was_there_stays()
    {
        await PutAsync(0, "172.16.0.1");
        // The last hundred want the address of the one that was there.
        var answers = await Task.WhenAll(Enumerable.Range(1, Requests).Select(i => AskAsync(async () =>
        {
            await PutAsync(i, i > Requests - 100 ? "172.16.0.1" : $"172.16.{i / 250}.{(i % 250) + 2}");
            return "";
        })));

        var refused = answers.Select(answer => answer.Refused).OfType<ApiException>().ToList();
        Assert.Equal(100, refused.Count);
        Assert.All(refused, refusal => Assert.Contains("Address 172.16.0.1 belongs to endpoint 1. Delete that endpoint first, or take another address (POST /ipam).", refusal.Message, StringComparison.Ordinal));
        IReadOnlyList<Endpoint> endpoints = [];
        await Eventually.TrueAsync(
            async () => (endpoints = await _client.ListEndpointsAsync(TestLab.Cancelled)).All(endpoint => endpoint.Status.State == "ready"), "every endpoint is ready", seconds: 60);
        Assert.Equal(Requests - 100 + 1, endpoints.Select(endpoint => endpoint.Id).Distinct().Count());
        Assert.True(await IsWellAsync());
    }

    private async Task<(string? Answer, ApiException? Refused)> AskAsync(Func<Task<string>> ask)
    {
        await _gate.WaitAsync(TestLab.Cancelled);
        try
        {
            return (await ask(), null);
        }
        catch (ApiException refused)
        {
            return (null, refused);
        }
        finally
        {
            _gate.Release();
        }
    }

    private Task PutAsync(int i, string address) => _client.PutEndpointAsync(
        $"container-id:c{i}",
        new EndpointChangeRequest
        {
            ContainerId = $"c{i}", InterfaceName = $"lxc{i}", InterfaceIndex = 100 + i, Mac = "0a:58:00:00:00:01", HostMac = "0a:58:ff:00:00:01",
            Addressing = new AddressPair { Ipv4 = address }, Labels = [$"k8s:app=a{i % 50}"],
        },
        TestLab.Cancelled);

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
}

using System.Diagnostics;
using System.Globalization;

namespace Cilium.Framework.Packaging.Tests.Service;

/// <summary>What the real agent tells a service manager (sd_notify(3)).</summary>
[Collection("machine")]
[Trait("Needs", "Root")]
public class NotifyTests
{
    [Fact]
    public async Task A_service_manager_hears_that_the_agent_is_ready_reloads_and_stops()
    {
        using var agent = new ServiceAgent();
        var ready = await agent.Manager.NextAsync("READY=1");
        Assert.Equal("1", ready["READY"]);
        Assert.StartsWith("0 endpoints, policy revision 1", ready["STATUS"], StringComparison.Ordinal);

        var before = Microseconds();
        agent.Reload();
        var reloading = await agent.Manager.NextAsync("RELOADING=1");
        Assert.Equal("1", reloading["RELOADING"]);
        Assert.InRange(long.Parse(reloading["MONOTONIC_USEC"], CultureInfo.InvariantCulture), before, Microseconds());
        Assert.Equal("1", (await agent.Manager.NextAsync("READY=1 after the reload"))["READY"]);

        agent.Stop();
        Assert.Equal("1", (await agent.Manager.NextAsync("STOPPING=1"))["STOPPING"]);
        Assert.Equal(0, await agent.EndAsync());
    }

    [Fact]
    public async Task A_reload_that_is_refused_leaves_the_agent_ready_and_says_so()
    {
        using var agent = new ServiceAgent();
        await agent.Manager.NextAsync("READY=1");
        await File.WriteAllTextAsync(agent.Settings, "profile: dry-run\nrouting: { provder: direct }\n", Checkout.Cancelled);
        agent.Reload();
        Assert.Contains("RELOADING", (await agent.Manager.NextAsync("RELOADING=1")).Keys);
        Assert.Contains("the last good ones stay in force", (await agent.Manager.NextAsync("READY=1 after the refusal"))["STATUS"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_abstract_socket_is_heard_too()
    {
        using var agent = new ServiceAgent($"@cilium-test-{Environment.ProcessId}");
        Assert.Equal("1", (await agent.Manager.NextAsync("READY=1"))["READY"]);
    }

    [Fact]
    public async Task An_agent_that_begins_at_the_root_folder_watches_no_files()
    {
        using var agent = new ServiceAgent();
        await agent.Manager.NextAsync("READY=1");
        Assert.DoesNotContain(Directory.EnumerateFiles($"/proc/{agent.Id}/fdinfo").SelectMany(File.ReadLines), line => line.StartsWith("inotify wd", StringComparison.Ordinal));
    }

    // CLOCK_MONOTONIC in microseconds.
    private static long Microseconds() => Stopwatch.GetTimestamp() / 1000;
}

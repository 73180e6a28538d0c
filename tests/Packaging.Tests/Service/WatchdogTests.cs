namespace Cilium.Framework.Packaging.Tests.Service;

/// <summary>The watchdog is pinged as long as the agent is really alive, and no longer.</summary>
[Collection("machine")]
[Trait("Needs", "Root")]
public class WatchdogTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(4);

    [Fact]
    public async Task An_agent_that_is_alive_pings_within_every_limit()
    {
        using var agent = new ServiceAgent(null, Limit);
        Assert.Equal("1", (await agent.Manager.NextAsync("READY=1"))["READY"]);
        for (var ping = 0; ping < 3; ping++)
            await PingAsync(agent);
    }

    [Fact]
    public async Task A_target_that_does_not_come_back_stops_the_pings()
    {
        using var folder = new TemporaryFolder();
        var plugins = await WithHangingRoutingAsync(folder);
        using var agent = new ServiceAgent(null, Limit, "routing.provider=hanging", $"plugins.directory={plugins}");
        Assert.Equal("1", (await agent.Manager.NextAsync("READY=1"))["READY"]);
        string? said = null;
        await Eventually.TrueAsync(
            async () => (await agent.Manager.WithinAsync(Limit))?.TryGetValue("STATUS", out said) == true && said.StartsWith("not alive", StringComparison.Ordinal), "the status says that the agent is not alive", 60);
        Assert.StartsWith("not alive: the target of node-routes has not come back for ", said, StringComparison.Ordinal);
        for (var quiet = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(quiet) < Limit;)
            Assert.NotEqual(true, (await agent.Manager.WithinAsync(Limit))?.ContainsKey("WATCHDOG"));
    }

    [Fact]
    public async Task An_agent_that_is_not_watched_pings_nobody()
    {
        using var agent = new ServiceAgent();
        await agent.Manager.NextAsync("READY=1");
        for (var message = await agent.Manager.WithinAsync(Limit); message is not null; message = await agent.Manager.WithinAsync(Limit))
            Assert.DoesNotContain("WATCHDOG", message.Keys);
    }

    private static async Task PingAsync(ServiceAgent agent)
    {
        while (!(await agent.Manager.AnyAsync("WATCHDOG=1", Limit)).ContainsKey("WATCHDOG"))
        {
            // A line of status came first.
        }
    }

    private static async Task<string> WithHangingRoutingAsync(TemporaryFolder folder)
    {
        var plugins = folder["plugins"];
        Assert.Equal(0, (await Checkout.RunAsync("cp", "-r", Checkout.Layout.Plugins, plugins)).Status);
        Assert.Equal(0, (await Checkout.RunAsync("cp", "-r", Path.Combine(Checkout.Root, "artifacts", "bin", "Routing.Hanging", "debug"), Path.Combine(plugins, "Routing.Hanging"))).Status);
        return plugins;
    }
}

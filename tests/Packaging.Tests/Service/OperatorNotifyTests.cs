namespace Cilium.Framework.Packaging.Tests.Service;

/// <summary>What the real operator tells a service manager, with a profile of the layout and a store that does not answer.</summary>
[Collection("machine")]
[Trait("Needs", "Root")]
public class OperatorNotifyTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(4);

    /// <summary>Nobody listens on the port tcpmux.</summary>
    private const string Nobody = "http://127.0.0.1:1";

    [Fact]
    public async Task A_service_manager_hears_what_the_operator_awaits_that_it_is_alive_and_that_it_stops()
    {
        using var program = new ServiceProgram(Checkout.Layout.Operator, "etcd-direct", null, Limit, [$"kvstore.etcd.endpoints.0={Nobody}"]);
        var ready = await program.Manager.NextAsync("READY=1");
        Assert.Equal("1", ready["READY"]);
        Assert.StartsWith($"waiting for the store; etcd: 0/1 connected: {Nobody}: ", ready["STATUS"], StringComparison.Ordinal);
        for (var pings = 0; pings < 2;)
            pings += (await program.Manager.AnyAsync("WATCHDOG=1", Limit)).ContainsKey("WATCHDOG") ? 1 : 0;

        program.Stop();

        Assert.Equal("1", (await program.Manager.NextAsync("STOPPING=1"))["STOPPING"]);
        Assert.Equal(0, await program.EndAsync());
    }
}

using Cilium.Framework.Conformance.Checking;

namespace Cilium.Framework.Conformance.Kvstore;

public abstract partial class KvstoreConformance
{
    private const int Enough = 20, FaultRounds = 2;

    private static readonly Promise Bridged = new(
        "IKvstore over outages: an acknowledged write survives; a watch bridges them inside: no last state is lost, what vanished meanwhile is reported as Deleted, nothing is reported that never was, "
        + "changes of one key come in order, ListDone comes once. A call that cannot reach the store throws CiliumException of kind Unavailable.",
        "how a watch goes on after its connection broke: from the revision that it knows, or, when the server has forgotten that, by a new list that is compared with what was reported.");

    [Fact]
    public Task Nothing_is_lost_when_the_server_is_killed_and_started_again() => UnderFaultsAsync(1, async (run, server) =>
    {
        for (var round = 0; round < FaultRounds; round++)
        {
            await server.KillAsync(server.All);
            await run.UntilUnavailableAsync("after every member of the server was killed");
            // A watch may begin while the server is away: it lists when it is back.
            run.AddWatch();
            await server.StartAsync();
            await run.UntilAcknowledgedAsync(Enough, "after the server was started again");
        }
    });

    [Fact]
    public Task Nothing_is_lost_when_the_server_is_held_for_a_while() => UnderFaultsAsync(1, async (run, server) =>
    {
        for (var round = 0; round < FaultRounds; round++)
        {
            server.Pause(server.All);
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            var waiting = Store.ListAsync("", cancel.Token).AsTask();
            await cancel.CancelAsync();
            await GivenUpAsync(waiting, Bridged);
            await run.UntilUnavailableAsync("while every member of the server was held");
            server.Resume();
            await run.UntilAcknowledgedAsync(Enough, "after the server went on");
        }
    });

    [Fact]
    public Task Nothing_is_lost_when_the_server_has_forgotten_what_happened() => UnderFaultsAsync(1, async (run, server) =>
    {
        for (var round = 0; round < FaultRounds; round++)
        {
            await server.KillAsync(server.All);
            await run.UntilUnavailableAsync("after every member of the server was killed");
            await server.StartAsync();
            // The writer is back before the watches at times: what it writes now they can only learn from a list.
            await run.UntilAcknowledgedAsync(1, "after the server was started again");
            if (!await server.CompactAsync())
            {
                NotApplicable("CompactAsync gives false: the server keeps no history");
                return;
            }

            await run.UntilAcknowledgedAsync(Enough, "after the server forgot its history");
        }
    });

    [Fact]
    public Task Writes_go_on_without_a_minority_of_the_server() => UnderFaultsAsync(3, async (run, server) =>
    {
        foreach (var member in server.All)
        {
            await server.KillAsync([member]);
            await run.UntilAcknowledgedAsync(Enough, $"after member {member} of {server.All.Count} was killed");
            await server.StartAsync();
            await run.UntilAcknowledgedAsync(Enough, $"after member {member} of {server.All.Count} was started again");
        }
    });

    [Fact]
    public Task A_held_minority_of_the_server_does_no_harm() => UnderFaultsAsync(3, async (run, server) =>
    {
        foreach (var member in server.All)
        {
            server.Pause([member]);
            await run.UntilAcknowledgedAsync(Enough, $"while member {member} of {server.All.Count} was held");
            await server.CompactAsync();
            server.Resume();
            await run.UntilAcknowledgedAsync(Enough, $"after member {member} of {server.All.Count} went on");
        }
    });

    [Fact]
    public Task Without_a_majority_of_the_server_calls_fail_until_it_is_back() => UnderFaultsAsync(3, async (run, server) =>
    {
        await server.KillAsync(server.Majority);
        await run.UntilUnavailableAsync("after a majority of the server was killed");
        var status = await Within.Of(Store.GetStatusAsync(Stop), "IKvstore.GetStatusAsync");
        Bridged.Kept(!status.IsReachable && status.Message.Length > 0, () => $"the status of a store whose calls fail says that it is reachable: {status.Message}");
        await server.StartAsync();
        await run.UntilAcknowledgedAsync(Enough, "after the majority was started again");
    });

    private async Task UnderFaultsAsync(int members, Func<FaultRun, HurtServer, Task> hurt)
    {
        if (Server is null)
        {
            NotApplicable("Server is null: there is no server to hurt");
            return;
        }

        if (Server.Members < members)
        {
            NotApplicable("the server has no cluster of 3 members");
            return;
        }

        await using var server = new HurtServer(Server, Stop);
        await using var run = new FaultRun(Store, FaultPatience, Bridged, Stop);
        await run.UntilAcknowledgedAsync(Enough, "before anything was hurt");
        await hurt(run, server);
        server.Resume();
        await server.StartAsync();
        await run.EndAsync();
        Bridged.Kept(await BecomesAsync(async () => (await Within.Of(Store.GetStatusAsync(Stop), "IKvstore.GetStatusAsync")).IsReachable, FaultPatience), () => "the status still says that the store is not reachable after calls work again.");
    }
}

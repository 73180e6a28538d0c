using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Conformance.Kvstore;

public abstract partial class KvstoreConformance
{
    [Fact]
    public async Task A_lease_outlives_a_restart_of_the_server_or_its_holder_is_told()
    {
        var promise = new Promise(
            "IKvLease over an outage: the keys of a living holder stay, or Lost is cancelled; then another lease can be granted and the keys written again.",
            "the renewal: it must go on when the server is back, and must find out that the server knows the lease no more.");
        if (Server is null)
        {
            NotApplicable("Server is null: there is no server to hurt");
            return;
        }

        // Long enough that a restart need not cost it.
        await using var lease = await GrantAsync(Store, Shortest + FaultPatience);
        var left = await GrantAsync(Store, Shortest);
        await CommitAsync([], Put("living", "1", lease), Put("left", "1", left));
        await Within.Of(left.DisposeAsync(), "IKvLease.DisposeAsync");
        await using var server = new HurtServer(Server, Stop);
        await server.KillAsync(server.All);
        await server.StartAsync();
        promise.Kept(await BecomesAsync(() => ReachedAsync("living"), FaultPatience), () => $"calls do not work again {FaultPatience.TotalSeconds:0.#} s after the server was started again.");
        // A server may count the time of every lease anew when it starts.
        var within = Store.Limits.LongestExpiry(left.TimeToLive) + FaultPatience;
        promise.Kept(await BecomesAsync(async () => await GetAsync("left") is null, within), () => $"a key of a holder that was gone before the server was killed is still there {within.TotalSeconds:0.#} s after it was started again.");
        var lost = lease.Lost.IsCancellationRequested;
        promise.Kept(lost || await GetAsync("living") is not null, () => "a key vanished over a restart of the server, and Lost of its lease is not cancelled.");
        if (lost)
            await RefusedAsync(lease, ErrorKind.Conflict, "a lease that was lost over a restart of the server");
        else
            promise.Equal(true, (await PutAsync("more", "1", lease)).Succeeded, "a commit with the lease that outlived the restart succeeded");
        await RevokeAsync(lease);
        await using var next = await GrantAsync(Store, Shortest);
        promise.Equal(true, (await PutAsync("living", "2", next)).Succeeded, "a commit with another lease succeeded");
        await RevokeAsync(next);
    }

    [Fact]
    public async Task A_lease_that_cannot_be_renewed_for_its_whole_time_is_lost()
    {
        var promise = new Promise(
            "IKvLease.Lost is cancelled when the lease could not be renewed for its whole time.",
            "a renewal that only tries again: it has to count from its last success. A holder that goes on would write what another owns by now.");
        if (Server is null)
        {
            NotApplicable("Server is null: there is no server to hurt");
            return;
        }

        var lease = await GrantAsync(Store, Shortest);
        await PutAsync("a", "1", lease);
        await using var server = new HurtServer(Server, Stop);
        server.Pause(server.All);
        await LostAsync(lease, Store.Limits.LongestExpiry(lease.TimeToLive) + Patience, promise, "its server was held");
        server.Resume();
        promise.Kept(await BecomesAsync(() => ReachedAsync("a"), FaultPatience), () => $"calls do not work again {FaultPatience.TotalSeconds:0.#} s after the server went on.");
        promise.Kept(await BecomesAsync(async () => await GetAsync("a") is null, Store.Limits.LongestExpiry(lease.TimeToLive) + FaultPatience), () => "the key of a lease that its holder gave up as lost stays.");
        await RefusedAsync(lease, ErrorKind.Conflict, "a lease that was lost");
        await using var next = await GrantAsync(Store, Shortest);
        promise.Equal(true, (await PutAsync("a", "2", next)).Succeeded, "a commit with another lease succeeded");
        await RevokeAsync(next);
    }

    private async Task<bool> ReachedAsync(string key)
    {
        try
        {
            await Store.GetAsync(key, Stop).AsTask().WaitAsync(FaultPatience, TimeProvider.System, Stop);
            return true;
        }
        catch (CiliumException error) when (error.Kind == ErrorKind.Unavailable)
        {
            return false;
        }
    }
}

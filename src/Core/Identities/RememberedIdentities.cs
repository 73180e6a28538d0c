using Cilium.Framework.Store;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Identities;

/// <summary>When the store stays silent after a start, what this node remembers counts as all there is: endpoints with a number get policies rather than none.</summary>
/// <remarks>
/// Numbers that others were given meanwhile are missing, so rules do not select them yet: less is allowed, never more. Addresses that the store knows keep
/// what the datapath holds for them, because the table of addresses still waits.
/// </remarks>
/// <param name="stored">What the store shows.</param>
/// <param name="identities">Told that every identity is there.</param>
/// <param name="time">The clock.</param>
internal sealed class RememberedIdentities(IReadTable stored, TableSource identities, TimeProvider time)
{
    /// <summary>Runs until cancelled.</summary>
    /// <param name="ct">Ends it.</param>
    public async Task RunAsync(CancellationToken ct)
    {
        // A store that runs has answered by then. Before, a number seen just before a crash would be missing for nothing.
        await Task.Delay(StoreCalls.Deadline, time, ct);
        if (!stored.IsInitialized)
            identities.ListDone();
        // A loop that ends counts as one that has died.
        await Task.Delay(Timeout.InfiniteTimeSpan, time, ct);
    }
}

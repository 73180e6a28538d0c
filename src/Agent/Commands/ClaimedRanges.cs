using Cilium.Framework.Configuration;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Nodes;
using Cilium.Framework.Store;

namespace Cilium.Framework.Agent.Commands;

/// <summary>Ranges that a node has claimed in a store which others share: who removes the node gives them back.</summary>
internal static class ClaimedRanges
{
    /// <summary>Gives them back. A store that cannot be reached keeps nobody from removing the rest.</summary>
    /// <param name="store">The store, not started.</param>
    /// <param name="options">Settings of the node.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>A line for each, or what is left to do.</returns>
    public static async Task<IReadOnlyList<string>> ReleaseAsync(IKvstore store, AgentOptions options, CancellationToken ct)
    {
        // A node that never claimed any need not ask.
        if (!File.Exists(Path.Combine(options.StateDirectory, PodCidrState.FileName)) || !store.Capabilities.HasFlag(KvstoreCapabilities.Shared))
            return [];
        var self = new NodeKey(options.ClusterName, options.NodeName);
        try
        {
            await store.StartAsync(ct);
            return [.. (await new PodCidrKeys(new StoreCalls(store, TimeProvider.System), self).ReleaseAsync(ct)).Select(range => $"claim of {range}")];
        }
        catch (CiliumException exception)
        {
            return [$"The ranges of {self} stay claimed: {exception.Message} Remove the keys of {StoredPodCidrRow.Folder} whose value is {self} when the store can be reached (cilium kvstore get --recursive, cilium kvstore delete)."];
        }
        finally
        {
            await store.DisposeAsync();
        }
    }
}

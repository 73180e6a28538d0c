using Cilium.Framework.Errors;
using Cilium.Framework.Health;
using Cilium.Framework.Identities;
using Cilium.Framework.Ipam;
using Cilium.Framework.Rows;
using Cilium.Framework.State;
using Cilium.Framework.Tables;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Nodes;

/// <summary>kv-pod-cidrs -> pod-cidrs: a range per family for this node, out of the cluster's pools. It stays this node's until the node is removed.</summary>
/// <param name="self">This node.</param>
/// <param name="pools">Where ranges come from.</param>
/// <param name="keys">Asks the store.</param>
/// <param name="first">When a new range may be claimed.</param>
/// <param name="stored">Claims in the store: one of this node's that is gone is written again at once.</param>
/// <param name="nodes">Nodes in the store: what they say they have is taken, claimed or not.</param>
/// <param name="ranges">This node's ranges, filled with those of an earlier process. Written here only.</param>
/// <param name="file">Where they are remembered.</param>
/// <param name="health">Where it is told what is awaited.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class PodCidrClaims(
    NodeKey self,
    IReadOnlyList<IpamClusterPool> pools,
    PodCidrKeys keys,
    FirstAllocation first,
    IReadTable<IpPrefix, StoredPodCidrRow> stored,
    IReadTable<NodeKey, NodeRow> nodes,
    IWriteTable<IpPrefix, PodCidrRow> ranges,
    StateFile<PodCidrState> file,
    IHealthReporter health,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>What <c>pod-cidrs</c> says about such a range.</summary>
    public const string Origin = "claimed in the store";

    /// <summary>After the store could not be reached.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <summary>Runs until cancelled.</summary>
    /// <param name="ct">Ends it.</param>
    public async Task RunAsync(CancellationToken ct)
    {
        var wake = new Wake();
        using var onStore = stored.Attach(wake);
        using var onNodes = nodes.Attach(wake);
        using var onFirst = first.Attach(wake);
        if (ranges.Count == 0)
            health.Degraded("this node has no range for endpoints yet: it is claimed once the store has shown which are taken.");
        while (true)
        {
            if (!first.IsOver || !stored.IsInitialized || await SettleAsync(ct))
                await wake.WaitAsync(ct);
            else
                await Task.Delay(Retry, time, ct);
        }
    }

    /// <returns>False: the store cannot be asked now.</returns>
    private async Task<bool> SettleAsync(CancellationToken ct)
    {
        try
        {
            var exhausted = new List<string>();
            foreach (var family in pools.GroupBy(pool => pool.Cidr.IsIPv6))
            {
                if (!await SettleAsync([.. family], ct))
                    exhausted.Add(string.Join(", ", family.Select(pool => $"{pool.Cidr} by /{pool.NodePrefixLength}")));
            }

            if (exhausted.Count == 0)
                health.Ok($"this node has {Words(ranges.Select(row => row.Cidr))}");
            else
                health.Degraded($"no range is left for {self} in {string.Join(" and ", exhausted)}: its endpoints get no address there. {WhatToDo}");
            return true;
        }
        catch (CiliumException exception)
        {
            health.Degraded(ranges.Count == 0 ? "this node has no range for endpoints yet: none can be claimed now." : $"whether {Words(ranges.Select(row => row.Cidr))} is still this node's cannot be asked now.", exception);
            return false;
        }
    }

    /// <returns>False: none is left.</returns>
    private async Task<bool> SettleAsync(IReadOnlyList<IpamClusterPool> family, CancellationToken ct)
    {
        var isIPv6 = family[0].Cidr.IsIPv6;
        if (ranges.Select(row => (IpPrefix?)row.Cidr).FirstOrDefault(range => range!.Value.IsIPv6 == isIPv6) is { } held)
        {
            if (stored[held]?.Node == self || await keys.TakeAsync(held, ct))
                return true;
            LogLost(logger, held, stored[held]?.Node.ToString() ?? "another node");
        }

        var others = nodes.Where(node => node.Key != self).SelectMany(node => node.PodCidrs).ToList();
        var claimed = await keys.FindAsync(family, others, ct);
        Use([.. ranges.Select(row => row.Cidr).Where(range => range.IsIPv6 != isIPv6), .. claimed is { } range ? [range] : Array.Empty<IpPrefix>()]);
        return claimed is not null;
    }

    /// <summary>On the disk before anybody gets an address out of it.</summary>
    private void Use(IReadOnlyList<IpPrefix> now)
    {
        file.Write(new PodCidrState([.. now.Order().Select(range => range.ToString())]));
        ranges.ReplaceAll(now.Select(range => new PodCidrRow(range, Origin)));
        var words = Words(now);
        LogRanges(logger, words);
    }

    private static string Words(IEnumerable<IpPrefix> ranges) => string.Join(" and ", ranges.Order().Select(range => range.ToString()).DefaultIfEmpty("no range"));

    private static string WhatToDo => $"Remove the claims of nodes that are gone (cilium kvstore get --recursive {StoredPodCidrRow.Folder}), or add a pool.";

    [LoggerMessage(Level = LogLevel.Information, Message = "This node has {Ranges} for its endpoints.")]
    private static partial void LogRanges(ILogger logger, string ranges);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Range} is claimed by {Node} now, which took it while this node's claim was missing. Another range is claimed; endpoints with addresses of the old one keep them and cannot be reached from other nodes: restart them.")]
    private static partial void LogLost(ILogger logger, IpPrefix range, string node);
}

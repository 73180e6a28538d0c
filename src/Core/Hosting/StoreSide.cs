using Cilium.Framework.Health;
using Cilium.Framework.Identities;
using Cilium.Framework.IpCache;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Nodes;
using Cilium.Framework.Publications;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.State;
using Cilium.Framework.Store;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Hosting;

/// <summary>Everything between a node's tables and the store: what is read from it, what is asked of it, what is published in it.</summary>
internal sealed class StoreSide : IAsyncDisposable
{
    private readonly IKvstore _store;
    private readonly NodeTables _tables;
    private readonly StoreSideOptions _options;
    private readonly StoreCalls _calls;
    private readonly NodeLease _lease;
    private readonly IdentitySource _identities;
    private readonly IdentityClaims _claims;
    private readonly IdentityMemory _memory;
    private readonly FirstAllocation _first;
    private readonly StateFile<PodCidrState> _ranges;
    private readonly IHealthReporter _health;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;

    /// <param name="store">The store, started.</param>
    /// <param name="tables">The node's tables.</param>
    /// <param name="options">This node.</param>
    /// <param name="inUse">Numbers that an address resolves to.</param>
    /// <param name="identityFile">Numbers that this node uses.</param>
    /// <param name="seen">Numbers that this node has seen.</param>
    /// <param name="ranges">Ranges that this node has claimed.</param>
    /// <param name="health">Where to tell what cannot be understood.</param>
    /// <param name="loggers">Logs.</param>
    /// <param name="time">The clock.</param>
    public StoreSide(
        IKvstore store, NodeTables tables, StoreSideOptions options, IIdentitiesInUse inUse, IdentityStateFile identityFile, StateFile<SeenIdentities> seen, StateFile<PodCidrState> ranges, IHealthReporter health, ILoggerFactory loggers, TimeProvider time)
    {
        (_store, _tables, _options, _ranges, _health, _loggers, _time) = (store, tables, options, ranges, health, loggers, time);
        var (keys, refused) = (IdentityKeys.Of(store), new RefusedKeys(health.Scope("identities")));
        _calls = new StoreCalls(store, time);
        _lease = new NodeLease(_calls, options.LeaseTimeToLive);
        _identities = new IdentitySource(store, keys, tables.StoredIdentities, tables.StoredIdentities.RegisterSource("kvstore"), refused);
        _memory = new IdentityMemory(tables.StoredIdentities, seen, time);
        _first = new FirstAllocation(tables.StoredIdentities, tables.StoredNodes, IsShared ? FirstAllocation.Grace : TimeSpan.Zero, time);
        var allocator = new IdentityAllocator(_calls, _lease, keys, _identities, options.UserName, options.ClusterId, refused);
        _claims = new IdentityClaims(options.Reserved, allocator, _lease, tables.StoredIdentities, _first, tables.EndpointRequests, inUse, tables.IdentityClaims, identityFile, time, loggers.CreateLogger<IdentityClaims>());
    }

    /// <summary>Publications that somebody took away.</summary>
    public Drift<string> Drift { get; } = new();

    /// <summary>Where publications are written.</summary>
    public IReconcileTarget<PublicationRow> Publications => new PublicationTarget(_calls, _lease, [_options.Self.StoreKey, StoredIpRow.Folder], IsOwn);

    /// <summary>This node remembers the numbers that it saw in the store when it ran last.</summary>
    public bool RemembersIdentities => _memory.IsKnown;

    private bool IsShared => _store.Capabilities.HasFlag(KvstoreCapabilities.Shared);

    /// <summary>Takes over what an earlier process of this node used and saw.</summary>
    /// <param name="state">What it used.</param>
    /// <exception cref="Errors.CiliumException">What it saw cannot be read.</exception>
    public void Restore(IdentityState state)
    {
        _identities.Remember(_memory.Load());
        _claims.Restore(state);
    }

    /// <summary>Every loop, by name.</summary>
    public IEnumerable<(string Name, Func<CancellationToken, Task> Run)> Loops()
    {
        var t = _tables;
        var nodes = new StoreSource<NodeKey, NodeRow>(_store, NodeKey.Folder, NodeKey.Read, NodeJson.Read, t.StoredNodes, t.StoredNodes.RegisterSource("kvstore"), _health.Scope("nodes"));
        var ips = new StoreSource<IpPrefix, StoredIpRow>(_store, StoredIpRow.Folder, StoredIpRow.ReadKey, IpJson.Read, t.StoredIps, t.StoredIps.RegisterSource("kvstore"), _health.Scope("addresses"));
        var lost = new LostNumbers(t.StoredIdentities, _identities, t.IdentityClaims, _calls, IdentityKeys.Of(_store), _time, _loggers.CreateLogger<LostNumbers>());
        yield return ("identity-source", _identities.RunAsync);
        yield return ("identity-claims", _claims.RunAsync);
        yield return ("identity-memory", _memory.RunAsync);
        yield return ("lost-numbers", lost.RunAsync);
        yield return ("first-allocation", AllowFirstAsync);
        yield return ("node-source", nodes.RunAsync);
        yield return ("ip-source", ips.RunAsync);
        yield return ("publication-guard", new PublicationGuard(t.Publications, t.StoredNodes, t.StoredIps, _lease, Drift).RunAsync);
        if (_options.Pools.Count > 0)
        {
            var claimed = new StoreSource<IpPrefix, StoredPodCidrRow>(_store, StoredPodCidrRow.Folder, StoredPodCidrRow.ReadKey, StoredPodCidrRow.Read, t.StoredPodCidrs, t.StoredPodCidrs.RegisterSource("kvstore"), _health.Scope("ranges"));
            yield return ("pod-cidr-source", claimed.RunAsync);
            yield return ("pod-cidr-claims", new PodCidrClaims(
                _options.Self, _options.Pools, new PodCidrKeys(_calls, _options.Self), _first, t.StoredPodCidrs, t.StoredNodes, t.PodCidrs, _ranges, _health.Scope("pod-cidrs"), _time, _loggers.CreateLogger<PodCidrClaims>()).RunAsync);
        }
    }

    private async Task AllowFirstAsync(CancellationToken ct)
    {
        await _first.RunAsync(ct);
        // Nothing is left to do, and a loop that ends counts as one that has died: it waits to be cancelled.
        await Task.Delay(Timeout.InfiniteTimeSpan, _time, ct);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _lease.DisposeAsync();

    /// <summary>A key in the store that this node has written: the node's own, or of an address that it says it has.</summary>
    private bool IsOwn(KvEntry entry)
    {
        if (entry.Key == _options.Self.StoreKey)
            return true;
        try
        {
            if (!entry.Key.StartsWith(StoredIpRow.Folder, StringComparison.Ordinal) || StoredIpRow.ReadKey(entry.Key.AsSpan(StoredIpRow.Folder.Length)) is not { } address)
                return false;
            var host = IpJson.Read(address, entry.Value).Host;
            return host is not null && _tables.HostAddresses[IpPrefix.Host(host)] is not null;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}

using System.Collections.Concurrent;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Identities;

/// <summary>Reflects the store's identities into the table <c>kv-identities</c>.</summary>
/// <param name="store">The store.</param>
/// <param name="table">The table; written by nobody else.</param>
/// <param name="source">Reports when everything in the store was read.</param>
/// <param name="refused">Learns which keys are not believed; they are not in the table.</param>
internal sealed class IdentitySource(IKvstore store, IWriteTable<NumericIdentity, IdentityRow> table, TableSource source, RefusedKeys refused) : IKnownIdentities
{
    private readonly ConcurrentDictionary<LabelSet, NumericIdentity> _byLabels = new();

    /// <inheritdoc />
    public bool Contains(NumericIdentity id) => table.TryGet(id, out _);

    /// <inheritdoc />
    public bool TryFind(LabelSet labels, out NumericIdentity id) => _byLabels.TryGetValue(labels, out id);

    /// <summary>Runs until cancelled.</summary>
    /// <param name="ct">Ends it.</param>
    public async Task RunAsync(CancellationToken ct)
    {
        await foreach (var change in store.WatchAsync(IdentityKeys.Numbers, ct))
        {
            if (change.Kind == KvEventKind.ListDone)
                source.ListDone();
            else if (IdentityKeys.TryReadNumber(change.Key, out var id))
                Apply(change, id);
        }
    }

    private void Apply(KvEvent change, NumericIdentity id)
    {
        if (table.TryGet(id, out var before))
            _byLabels.TryRemove(KeyValuePair.Create(before.Labels, id));
        var labels = change.Kind == KvEventKind.Deleted ? null : IdentityKeys.ReadLabels(change.Value.Span);
        var objection = change.Kind == KvEventKind.Deleted ? null : AllocatedNumbers.Objection(id, labels);
        refused.Judge(change.Key, objection);
        if (labels is null || objection is not null)
        {
            table.Remove(id);
            return;
        }

        _byLabels[labels] = id;
        table.Upsert(new IdentityRow(id, labels));
    }
}

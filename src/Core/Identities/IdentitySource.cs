using System.Collections.Concurrent;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;
using Cilium.Framework.Store;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Identities;

/// <summary>Reflects the store's identities into the table <c>kv-identities</c>. A number that vanishes stays there until it is known why (<see cref="LostNumbers"/>).</summary>
/// <param name="store">The store.</param>
/// <param name="keys">How its keys are written.</param>
/// <param name="table">The table; written by nobody else.</param>
/// <param name="source">Reports when everything in the store was read.</param>
/// <param name="refused">Learns which keys are not believed; they are not in the table.</param>
internal sealed class IdentitySource(IKvstore store, IdentityKeys keys, IWriteTable<NumericIdentity, StoredIdentityRow> table, TableSource source, RefusedKeys refused) : IKnownIdentities
{
    private readonly ConcurrentDictionary<LabelSet, NumericIdentity> _byLabels = new();
    private readonly ConcurrentQueue<NumericIdentity> _vanished = new();

    /// <inheritdoc />
    public bool Contains(NumericIdentity id) => table.TryGet(id, out _);

    /// <inheritdoc />
    public bool TryFind(LabelSet labels, out NumericIdentity id, out ulong revision)
    {
        revision = 0;
        if (!_byLabels.TryGetValue(labels, out id) || table[id] is not { } row || !row.Labels.Equals(labels))
            return false;
        revision = row.Revision;
        return true;
    }

    /// <inheritdoc />
    public KvCondition? Witness => table.Snapshot.FirstOrDefault(row => row.Revision != 0) is { } present ? new KvCondition.RevisionEquals(IdentityKeys.Number(present.Id), present.Revision) : null;

    /// <summary>Takes over what an earlier process of this node has seen in the store.</summary>
    /// <param name="seen">What it left.</param>
    public void Remember(IEnumerable<IdentityRow> seen) => table.Write(writer =>
    {
        foreach (var row in seen.Where(row => AllocatedNumbers.Objection(row.Id, row.Labels) is null))
        {
            _byLabels[row.Labels] = row.Id;
            writer.Upsert(new StoredIdentityRow(row.Id, row.Labels, Revision: 0));
        }
    });

    /// <summary>A number is gone for good, unless it has come back.</summary>
    public void Forget(NumericIdentity id) => table.Write(writer =>
    {
        if (!writer.TryGet(id, out var row) || row.Revision != 0)
            return;
        _byLabels.TryRemove(KeyValuePair.Create(row.Labels, id));
        writer.Remove(id);
    });

    /// <summary>Numbers that vanished since the last call, those included that have come back meanwhile.</summary>
    public IEnumerable<NumericIdentity> TakeVanished()
    {
        while (_vanished.TryDequeue(out var id))
            yield return id;
    }

    /// <summary>Runs until cancelled.</summary>
    /// <param name="ct">Ends it.</param>
    public Task RunAsync(CancellationToken ct)
    {
        var unseen = table.Snapshot.Rows.Keys.ToHashSet();
        return StoreReflection.RunAsync(store, IdentityKeys.Numbers, table, source, (writer, happened) => Apply(writer, happened, unseen), ct);
    }

    private void Apply(TableWriter<NumericIdentity, StoredIdentityRow> writer, KvEvent happened, HashSet<NumericIdentity> unseen)
    {
        if (happened.Kind == KvEventKind.ListDone)
        {
            foreach (var id in unseen)
                Lose(writer, id);
            unseen.Clear();
        }
        else if (IdentityKeys.TryReadNumber(happened.Key, out var id))
        {
            unseen.Remove(id);
            if (happened.Kind == KvEventKind.Deleted)
            {
                refused.Judge(happened.Key, null);
                Lose(writer, id);
            }
            else
            {
                Take(writer, happened, id);
            }
        }
    }

    private void Take(TableWriter<NumericIdentity, StoredIdentityRow> writer, KvEvent happened, NumericIdentity id)
    {
        var labels = keys.ReadLabels(happened.Value.Span);
        var objection = AllocatedNumbers.Objection(id, labels);
        refused.Judge(happened.Key, objection);
        if (writer.TryGet(id, out var before))
            _byLabels.TryRemove(KeyValuePair.Create(before.Labels, id));
        if (labels is null || objection is not null)
        {
            writer.Remove(id);
            return;
        }

        _byLabels[labels] = id;
        writer.Upsert(new StoredIdentityRow(id, labels, happened.Revision));
    }

    private void Lose(TableWriter<NumericIdentity, StoredIdentityRow> writer, NumericIdentity id)
    {
        if (!writer.TryGet(id, out var row))
            return;
        writer.Upsert(row with { Revision = 0 });
        _vanished.Enqueue(id);
    }
}

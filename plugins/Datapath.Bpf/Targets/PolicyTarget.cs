using System.Globalization;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Errors;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Targets;

/// <summary>
/// Policies. A change that only adds or only removes is made in place; one that does both is written under a new slot and then switched by one
/// store of the header's word. Entries of the old slot go after a grace period, when no program can still be reading them.
/// </summary>
internal sealed class PolicyTarget(MapSet maps, Revision revision, PolicyIndex policies, TimeProvider time) : IReconcileTarget<PolicyRow>
{
    /// <summary>Far longer than one packet takes through a program.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Queue<(PolicyEntryKey[] Keys, long RetiredAt)> _retired = [];
    private readonly PolicyStore _store = new(maps);

    public ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<PolicyRow> batch, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            DeleteRetired();
            _store.Forget();
            return new(BatchRun.Each(batch, Apply, cancellationToken));
        }
    }

    public ValueTask<int> PruneAsync(IReadOnlyCollection<PolicyRow> desired, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            DeleteRetired();
            _store.Forget();
            var wanted = desired.Select(row => row.Id).ToHashSet();
            var removed = 0;
            foreach (var (id, _) in policies.All().Where(entry => !wanted.Contains(entry.Key)))
            {
                if (Delete(id))
                    removed++;
            }

            return new(removed + _store.RemoveUnowned(_retired.SelectMany(retired => retired.Keys).ToHashSet()));
        }
    }

    /// <summary>Removes the entries of slots that have been out of use for long enough.</summary>
    public void DeleteRetired()
    {
        lock (_lock)
        {
            while (_retired.TryPeek(out var oldest) && time.GetElapsedTime(oldest.RetiredAt) >= Grace)
            {
                maps.Policies.RemoveMany(oldest.Keys);
                _retired.Dequeue();
            }
        }
    }

    private void Apply(ReconcileItem<PolicyRow> item)
    {
        if (item.Action == ReconcileAction.Delete)
            Delete(item.Row.Id);
        else
            Upsert(item.Row, item.Realised);
    }

    private void Upsert(PolicyRow row, PolicyRow? realised)
    {
        using var announced = new RevisionChange(revision);
        if (policies.Find(row.Id) is not { } index || maps.PolicyHeaders.Get(index) is not { Slot: not 0 } header)
        {
            RefuseWithoutRoom(row, row.Entries.Count, 0);
            index = policies.Get(row.Id);
            announced.Open();
            Switch(row.Id, index, maps.PolicyHeaders.Get(index), row.Entries, PolicyEntrySet.Empty, row.Entries);
            return;
        }

        var current = realised?.Entries ?? _store.Read(header.Slot);
        var change = PolicyChange.Between(current, row.Entries);
        var replaces = change.Added.Count > 0 && change.Removed.Count > 0;
        RefuseWithoutRoom(row, replaces ? row.Entries.Count : change.Added.Count, replaces ? current.Count : 0);
        if (change.IsNone)
        {
            Confirm(index, header, row.Entries, announced);
            return;
        }

        announced.Open();
        if (replaces)
            Switch(row.Id, index, header, row.Entries, current, change.Added);
        else
            ChangeInPlace(row.Id, index, header, row.Entries, current, change);
        if (change.Removed.Count > 0)
            _store.RemoveCounters(index, change.Removed);
    }

    // Known before anything is written: a policy is realised as a whole or not at all.
    private void RefuseWithoutRoom(PolicyRow row, int added, int beside)
    {
        if (added > 0 && !_store.HasRoom(added, out var used))
        {
            throw new CiliumException(ErrorKind.Exhausted, string.Create(
                CultureInfo.InvariantCulture,
                $"policy {row.Id}: its {row.Entries.Count:N0} entries do not fit{Beside(beside)}: {used:N0} of {_store.Capacity:N0} entries of all policies are taken, {added:N0} more are needed. Nothing was written; what was realised before still stands. Remove rules, or raise datapath.bpf.policy-max (it takes effect after `cilium cleanup --force`)."));
        }
    }

    private static string Beside(int replaced) => replaced > 0 ? string.Create(CultureInfo.InvariantCulture, $" beside the {replaced:N0} that they replace, and both must") : "";

    // A crash may have come between the word and the number.
    private void Confirm(uint index, PolicyHeader header, PolicyEntrySet entries, RevisionChange announced)
    {
        var shapes = PolicyShapesOf.Entries(entries.Select(entry => entry.Key));
        if (header.Shapes == shapes && header.ChangedAt != PolicyStore.Unfinished)
            return;
        announced.Open();
        Store(index, header, PolicyHeader.MakeWord(header.Slot, shapes));
    }

    private void ChangeInPlace(PolicyId id, uint index, PolicyHeader header, PolicyEntrySet entries, PolicyEntrySet current, PolicyChange change)
    {
        // Not finished from here on: no verdict holds, each is taken anew from what stands in the map.
        header.ChangedAt = PolicyStore.Unfinished;
        maps.PolicyHeaders.Set(index, header);
        try
        {
            _store.Write(header.Slot, index, [.. change.Added, .. change.Replaced], change.Added);
        }
        catch (CiliumException exception)
        {
            maps.Policies.RemoveMany(PolicyStore.Keys(header.Slot, change.Added));
            _store.Write(header.Slot, index, [.. change.Replaced.Select(entry => Before(current, entry))], []);
            Finish(index, header);
            throw Full(id, entries, exception);
        }

        maps.Policies.RemoveMany(PolicyStore.Keys(header.Slot, change.Removed));
        Store(index, header, PolicyHeader.MakeWord(header.Slot, PolicyShapesOf.Entries(entries.Select(entry => entry.Key))));
    }

    private static PolicyEntry Before(PolicyEntrySet current, PolicyEntry entry) => current.TryGet(entry.Key, out var before) ? before : entry;

    private void Switch(PolicyId id, uint index, PolicyHeader header, PolicyEntrySet entries, PolicyEntrySet current, IReadOnlyCollection<PolicyEntry> added)
    {
        var slot = _store.FreeSlot();
        try
        {
            _store.Write(slot, index, entries, added);
        }
        catch (CiliumException exception)
        {
            maps.Policies.RemoveMany(PolicyStore.Keys(slot, entries));
            throw Full(id, entries, exception, current.Count);
        }

        var old = PolicyStore.Keys(header.Slot, current);
        Store(index, header, PolicyHeader.MakeWord(slot, PolicyShapesOf.Entries(entries.Select(entry => entry.Key))));
        if (old.Length > 0)
            _retired.Enqueue((old, time.GetTimestamp()));
    }

    private bool Delete(PolicyId id)
    {
        if (policies.Find(id) is not { } index)
            return false;
        var header = maps.PolicyHeaders.Get(index);
        var wasRealised = header.Slot != 0;
        if (wasRealised)
        {
            using var announced = new RevisionChange(revision);
            announced.Open();
            var entries = _store.Read(header.Slot);
            Store(index, header, 0);
            maps.Policies.RemoveMany(PolicyStore.Keys(header.Slot, entries));
            _store.RemoveCounters(index, entries);
        }

        // An endpoint that still names it drops everything, and must not come under another policy with the same index.
        lock (policies.Sync)
        {
            if (!maps.Endpoints.Entries().Any(entry => entry.Value.IsPresent && entry.Value.Policy == index))
                policies.Free(id);
        }

        return wasRealised;
    }

    private void Store(uint index, PolicyHeader header, ulong word)
    {
        header.Word = word;
        header.ChangedAt = PolicyStore.Unfinished;
        maps.PolicyHeaders.Set(index, header);
        Finish(index, header);
    }

    private void Finish(uint index, PolicyHeader header)
    {
        header.ChangedAt = revision.Next();
        maps.PolicyHeaders.Set(index, header);
    }

    private static CiliumException Full(PolicyId id, PolicyEntrySet entries, CiliumException cause, int beside = 0) => new(
        cause.Kind,
        $"policy {id}: its {entries.Count} entries do not fit{Beside(beside)}: {cause.Message} What was realised before still stands.",
        cause);
}

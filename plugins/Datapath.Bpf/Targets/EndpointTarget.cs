using Cilium.Framework.Datapath.Bpf.Conntrack;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Datapath.Bpf.Programs;
using Cilium.Framework.Errors;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Targets;

/// <summary>Endpoints: filters on their devices, their entry, their addresses. A filter without an entry drops everything, so it goes first and stays longest.</summary>
/// <param name="settled">Set when every source has delivered its endpoints.</param>
internal sealed class EndpointTarget(MapSet maps, DeviceFilters filters, Revision revision, PolicyIndex policies, ConnectionPurge purge, ManualResetEventSlim settled) : IReconcileTarget<EndpointRow>
{
    /// <summary>changed_at of an endpoint that is not written completely: no verdict about it holds.</summary>
    private const uint Unfinished = uint.MaxValue;

    public ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<EndpointRow> batch, CancellationToken cancellationToken)
    {
        Prepare(batch);
        using var changes = new Changes(revision, purge);
        return new(BatchRun.Each(batch, item => Apply(item, changes), cancellationToken));
    }

    public ValueTask<int> PruneAsync(IReadOnlyCollection<EndpointRow> desired, CancellationToken cancellationToken)
    {
        var wanted = desired.Select(row => (uint)row.Id).ToHashSet();
        var removed = RemoveWhere((id, _) => !wanted.Contains(id), cancellationToken);
        settled.Set();
        return new(removed);
    }

    /// <summary>Removes endpoints whose device vanished while nobody looked.</summary>
    public int RemoveOrphans(CancellationToken cancellationToken) =>
        RemoveWhere((id, endpoint) => LibC.DeviceName((int)endpoint.IfIndex) != maps.EndpointNames.Get(id).ToString(), cancellationToken);

    /// <summary>Puts this build's programs in the place of another's, on all devices of endpoints.</summary>
    /// <returns>What went wrong at which device; the row of such an endpoint is tried again like any other.</returns>
    public IReadOnlyList<string> ReattachAll()
    {
        var problems = new List<string>();
        foreach (var (id, endpoint) in maps.Endpoints.Entries().Where(entry => entry.Value.IsPresent))
        {
            try
            {
                filters.AttachEndpoint((int)endpoint.IfIndex, isNew: false);
            }
            catch (CiliumException exception)
            {
                problems.Add($"endpoint {id}: {exception.Message}");
            }
        }

        return problems;
    }

    /// <summary>
    /// The kernel waits for readers (synchronize_rcu_expedited in mini_qdisc_pair_swap, net/sched/sch_generic.c) when a program comes to a device whose place for programs is younger than the last
    /// such wait. When many endpoints come together their places are made first: then one of them waits, and not each.
    /// </summary>
    private void Prepare(ReconcileBatch<EndpointRow> batch)
    {
        foreach (var row in batch.Items.Where(item => item.Action == ReconcileAction.Upsert && !maps.Endpoints.Get(item.Row.Id).IsPresent).Select(item => item.Row))
        {
            try
            {
                RefuseOtherDevice(row);
                RefuseForeignAddresses(row, EndpointValue.From(row, 0));
                filters.PrepareEndpoint(row.IfIndex);
            }
            catch (CiliumException)
            {
                // Its own turn comes, and says so.
            }
        }
    }

    private void Apply(ReconcileItem<EndpointRow> item, Changes changes)
    {
        if (item.Action == ReconcileAction.Delete)
            Remove(item.Row.Id, maps.Endpoints.Get(item.Row.Id), changes);
        else
            Upsert(item.Row, changes);
    }

    private void Upsert(EndpointRow row, Changes changes)
    {
        lock (policies.Sync)
            Realise(row, changes);
    }

    private void Realise(EndpointRow row, Changes changes)
    {
        RefuseOtherDevice(row);
        var desired = EndpointValue.From(row, row.Policy is null ? 0 : policies.Get(row.Policy));
        RefuseForeignAddresses(row, desired);
        var current = maps.Endpoints.Get(row.Id);
        Sysctl.Open(row.Device);
        filters.AttachEndpoint(row.IfIndex, isNew: !current.IsPresent);

        if (current.IsPresent && !(current.IsSamePlace(desired) && maps.EndpointNames.Get(row.Id).ToString() == row.Device))
        {
            Remove(row.Id, current, changes);
            // Connections of the old place must be gone before the new one has the same number.
            purge.OfEndpoints(changes.Removed);
            current = default;
        }

        if (current.IsPresent && current.ChangedAt != Unfinished)
        {
            Update(row.Id, current, desired, changes);
            return;
        }

        changes.Open();
        maps.EndpointNames.Set(row.Id, EndpointName.From(row.Device));
        desired.ChangedAt = Unfinished;
        maps.Endpoints.Set(row.Id, desired);
        Place(row.Id, desired, changes);
        changes.Addresses = true;
        desired.ChangedAt = revision.Next();
        maps.Endpoints.Set(row.Id, desired);
    }

    private void Update(ushort id, EndpointValue current, EndpointValue desired, Changes changes)
    {
        changes.Addresses |= Place(id, desired, changes);
        if (current.Subject == desired.Subject)
            return;
        changes.Open();
        desired.ChangedAt = current.ChangedAt;
        maps.Endpoints.Set(id, desired);
        desired.ChangedAt = revision.Next();
        maps.Endpoints.Set(id, desired);
    }

    /// <returns>True when something was missing.</returns>
    private bool Place(ushort id, EndpointValue endpoint, Changes changes)
    {
        var changed = maps.Devices.Set(endpoint.IfIndex, id);
        foreach (var key in endpoint.LocalKeys())
        {
            if (maps.Local.Get(key) == id)
                continue;
            changes.Open();
            maps.Local.Set(key, id);
            changed = true;
        }

        return changed;
    }

    private static void RefuseOtherDevice(EndpointRow row)
    {
        var device = LibC.DeviceName(row.IfIndex);
        if (device != row.Device)
            throw new CiliumException(ErrorKind.Unavailable, $"endpoint {row.Id}: its device {row.Device} with index {row.IfIndex} does not exist{(device is null ? "" : $" (index {row.IfIndex} is {device})")}. Create it, or delete the endpoint.");
    }

    private void RefuseForeignAddresses(EndpointRow row, EndpointValue desired)
    {
        foreach (var key in desired.LocalKeys())
        {
            var owner = maps.Local.Get(key);
            if (owner != 0 && owner != row.Id && maps.Endpoints.Get(owner).IsPresent)
                throw new CiliumException(ErrorKind.Conflict, $"endpoint {row.Id}: its address {key.Address.ToIPAddress((byte)key.Family)} belongs to endpoint {owner}. Delete that one first.");
        }
    }

    private void Remove(uint id, EndpointValue current, Changes changes)
    {
        if (!current.IsPresent)
            return;
        changes.Open();
        foreach (var key in current.LocalKeys().Where(key => maps.Local.Get(key) == id))
            maps.Local.Remove(key);
        if (maps.Devices.Get(current.IfIndex) == id)
            maps.Devices.Remove(current.IfIndex);
        maps.Endpoints.Set(id, new EndpointValue { ChangedAt = revision.Next() });
        changes.Removed.Add((ushort)id);
        changes.Addresses = true;
    }

    private int RemoveWhere(Func<uint, EndpointValue, bool> unwanted, CancellationToken cancellationToken)
    {
        using var changes = new Changes(revision, purge);
        foreach (var (id, endpoint) in maps.Endpoints.Entries().Where(entry => entry.Value.IsPresent && unwanted(entry.Key, entry.Value)).ToArray())
        {
            if (cancellationToken.IsCancellationRequested)
                break;
            Remove(id, endpoint, changes);
        }

        return changes.Removed.Count + RemoveDangling(changes) + filters.RemoveDead();
    }

    // What a crash between two steps left behind.
    private int RemoveDangling(Changes changes)
    {
        var removed = 0;
        foreach (var (key, id) in maps.Local.Entries().ToArray())
        {
            if (maps.Endpoints.Get(id) is { IsPresent: true } endpoint && endpoint.LocalKeys().Any(own => own.Address.Equals(key.Address)))
                continue;
            changes.Open();
            maps.Local.Remove(key);
            changes.Addresses = true;
            removed++;
        }

        foreach (var (ifIndex, id) in maps.Devices.Entries().ToArray())
        {
            if (maps.Endpoints.Get(id).IfIndex == ifIndex)
                continue;
            maps.Devices.Remove(ifIndex);
            removed++;
        }

        return removed;
    }

    /// <summary>What a batch has changed; its connections and numbers are dealt with at its end.</summary>
    private sealed class Changes(Revision revision, ConnectionPurge purge) : IDisposable
    {
        private readonly RevisionChange _change = new(revision);

        public HashSet<ushort> Removed { get; } = [];

        public bool Addresses { get => _change.Addresses; set => _change.Addresses = value; }

        public void Open() => _change.Open();

        public void Dispose()
        {
            purge.OfEndpoints(Removed);
            _change.Dispose();
        }
    }
}

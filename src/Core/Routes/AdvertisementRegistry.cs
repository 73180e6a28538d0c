using System.Collections.Immutable;
using Cilium.Framework.Errors;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.State;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Routes;

/// <summary>Prefixes that this node was asked to tell other routers; the only writer of the table <c>advertisements</c>. A change is on the disk before it is in the table.</summary>
public sealed class AdvertisementRegistry
{
    /// <summary>Name of the file in the state directory.</summary>
    public const string FileName = "advertisements.json";

    /// <summary>Why such a prefix is told.</summary>
    public const string Reason = "on request";

    private readonly DesiredTable<IpPrefix, AdvertisementRow> _table;
    private readonly StateFile<AdvertisementState> _file;
    private readonly TableSource _source;
    private readonly Lock _lock = new();
    private ImmutableSortedSet<IpPrefix> _requested = [];

    /// <param name="table">The table.</param>
    /// <param name="file">Where requests are remembered.</param>
    public AdvertisementRegistry(DesiredTable<IpPrefix, AdvertisementRow> table, StateFile<AdvertisementState> file)
    {
        (_table, _file) = (table, file);
        _source = table.RegisterSource("rest");
    }

    /// <summary>Takes back what was known before a restart. Nothing is withdrawn before.</summary>
    /// <exception cref="CiliumException">What is stored cannot be read by this version: the agent must not start as if it had been asked for nothing.</exception>
    public void Restore()
    {
        lock (_lock)
        {
            _requested = [.. _file.Read(state => state.Read()) ?? []];
            foreach (var prefix in _requested)
                _table.Upsert(new AdvertisementRow(prefix, Reason));
            _source.ListDone();
        }
    }

    /// <summary>Notes a request; nothing happens when it was noted before, but that one which failed for good is tried anew.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <exception cref="CiliumException">It could not be written to the disk; nothing was changed.</exception>
    public void Add(IpPrefix prefix)
    {
        lock (_lock)
        {
            if (!_requested.Contains(prefix))
                Replace(_requested.Add(prefix));
            // An equal row keeps its status, and some failures are not tried again by themselves. Nobody was told, so that nothing is withdrawn.
            if (_table.Rows[prefix] is { IsDeleting: false, Realised: null, Status.State: RowState.Error })
                _table.Remove(prefix);
            _table.Upsert(new AdvertisementRow(prefix, Reason));
        }
    }

    /// <summary>Forgets a request.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <returns>False: there was none.</returns>
    /// <exception cref="CiliumException">It could not be written to the disk; nothing was changed.</exception>
    public bool Remove(IpPrefix prefix)
    {
        lock (_lock)
        {
            if (!_requested.Contains(prefix))
                return false;
            Replace(_requested.Remove(prefix));
            _table.Remove(prefix);
            return true;
        }
    }

    private void Replace(ImmutableSortedSet<IpPrefix> requested)
    {
        _file.Write(new AdvertisementState([.. requested.Select(prefix => prefix.ToString())]));
        _requested = requested;
    }
}

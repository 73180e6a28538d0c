using Cilium.Framework.Tables;

namespace Cilium.Framework.Reconciliation;

/// <summary>Keys whose realised state somebody has taken away: their reconciler applies them again at once instead of at the next refresh.</summary>
/// <remarks>For targets that others write to as well and that tell what happened, such as a store. Any thread.</remarks>
public sealed class Drift<TKey>
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private HashSet<TKey> _keys = [];
    private Wake? _wake;

    /// <summary>Reports keys.</summary>
    /// <param name="keys">Keys of rows that are Done; of others nothing is to be said.</param>
    public void Add(IEnumerable<TKey> keys)
    {
        lock (_lock)
        {
            _keys.UnionWith(keys);
            if (_keys.Count > 0)
                _wake?.Set();
        }
    }

    internal void Attach(Wake wake)
    {
        lock (_lock)
            _wake = wake;
    }

    internal IReadOnlyCollection<TKey> Take()
    {
        lock (_lock)
        {
            var taken = _keys;
            if (taken.Count > 0)
                _keys = [];
            return taken;
        }
    }
}

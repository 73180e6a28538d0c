using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.Kvstore;

/// <summary>What a writer tried and what was acknowledged, key by key. What it reads back must be one of it. Values are unique, so that each is known again.</summary>
internal sealed class WriteLog(Promise promise)
{
    private const string Nothing = "nothing";
    private readonly Lock _sync = new();
    private readonly Dictionary<string, ulong?> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _deletions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Key> _keys = new(StringComparer.Ordinal);

    private sealed record Key(string Value, ulong Revision, IReadOnlyList<string> Open);

    /// <summary>Before a commit.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Null: it is to be deleted.</param>
    public void Attempted(string key, string? value)
    {
        lock (_sync)
        {
            if (value is null)
                _deletions[key] = _deletions.GetValueOrDefault(key) + 1;
            else
                _values[value] = null;
        }
    }

    /// <summary>After a commit that succeeded. What was open before and guarded by a revision can be carried out no more; a creation can.</summary>
    public void Acknowledged(string key, string? value, ulong revision)
    {
        lock (_sync)
        {
            if (_keys.TryGetValue(key, out var before) && before.Revision >= revision)
                throw promise.Broken($"key {key} was written at revision {revision} after revision {before.Revision}.");
            if (value is not null)
                _values[value] = revision;
            _keys[key] = new(value ?? Nothing, revision, [.. Creations(key)]);
        }
    }

    /// <summary>After a commit without an answer: it may be carried out, now or later.</summary>
    public void Unanswered(string key, string? value, bool creates)
    {
        lock (_sync)
        {
            var known = _keys.GetValueOrDefault(key) ?? new(Nothing, 0, []);
            _keys[key] = known with { Open = [.. known.Open, (creates ? "+" : "-") + (value ?? Nothing)] };
        }
    }

    /// <summary>What was read must be what was acknowledged last, or what was tried since without an answer.</summary>
    public void Read(string key, KvEntry? entry)
    {
        lock (_sync)
        {
            var known = _keys.GetValueOrDefault(key) ?? new(Nothing, 0, []);
            var value = entry is null ? Nothing : System.Text.Encoding.UTF8.GetString(entry.Value.Span);
            if (value != known.Value)
            {
                if (!known.Open.Any(open => open[1..] == value))
                    throw promise.Broken($"key {key} holds {value}, but {known.Value} was acknowledged last, and since then without an answer: {Show.All([.. known.Open.Select(open => open[1..])])}.");
                _keys[key] = new(value, entry?.Revision ?? known.Revision, [.. Creations(key).Where(open => open[1..] != value)]);
            }
        }
    }

    public bool WasAttempted(string value, ulong revision)
    {
        lock (_sync)
            return _values.TryGetValue(value, out var acknowledged) && (acknowledged is null || acknowledged == revision);
    }

    public int DeletionsOf(string key)
    {
        lock (_sync)
            return _deletions.GetValueOrDefault(key);
    }

    private IEnumerable<string> Creations(string key) => _keys.GetValueOrDefault(key)?.Open.Where(open => open[0] == '+') ?? [];
}

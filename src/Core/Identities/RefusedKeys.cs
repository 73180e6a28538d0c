using Cilium.Framework.Health;

namespace Cilium.Framework.Identities;

/// <summary>Keys of the store that are not believed, and why; says so in health as long as they are there.</summary>
/// <param name="health">Where it is said.</param>
internal sealed class RefusedKeys(IHealthReporter health)
{
    private const int ShownKey = 120;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, string> _objections = new(StringComparer.Ordinal);

    /// <summary>A key was read.</summary>
    /// <param name="key">The key.</param>
    /// <param name="objection">Why it is not believed; null: it is, or it is gone.</param>
    public void Judge(string key, string? objection)
    {
        lock (_lock)
        {
            var changed = objection is null ? _objections.Remove(key) : _objections.GetValueOrDefault(key) != objection;
            if (objection is not null)
                _objections[key] = objection;
            if (changed)
                Report();
        }
    }

    /// <summary>All keys of a folder were read: what is not there any more is not refused any more.</summary>
    /// <param name="folder">Beginning of the keys.</param>
    /// <param name="present">The keys that are there.</param>
    public void Keep(string folder, IReadOnlySet<string> present)
    {
        lock (_lock)
        {
            var gone = _objections.Keys.Where(key => key.StartsWith(folder, StringComparison.Ordinal) && !present.Contains(key)).ToList();
            gone.ForEach(key => _objections.Remove(key));
            if (gone.Count > 0)
                Report();
        }
    }

    private void Report()
    {
        if (_objections.Count == 0)
        {
            health.Ok("every identity in the store is believed");
            return;
        }

        var (key, objection) = _objections.First();
        var shown = key.Length <= ShownKey ? key : key[..ShownKey] + "...";
        health.Degraded($"{_objections.Count} identity keys of the store are not believed; one of them: {shown}: {objection}. Remove the key, and find out who wrote it.");
    }
}

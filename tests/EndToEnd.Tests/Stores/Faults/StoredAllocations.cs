using Cilium.Framework.Lab.Servers;

namespace Cilium.Framework.EndToEnd.Tests.Stores.Faults;

/// <summary>Judges everything that ever happened to identities in a store: a number means one label set, and whoever uses a label set uses one number.</summary>
/// <remarks>A number that was removed still means what it meant: agents remember it. Only one that a collector has announced may mean something else afterwards.</remarks>
internal sealed class StoredAllocations
{
    private const string Numbers = "cilium/state/identities/v1/id/";
    private const string Uses = "cilium/state/identities/v1/value/";
    private const string Collected = "cilium/framework/v1/identities/collected/";

    private readonly Dictionary<string, (string Labels, long Since)> _meanings = [];
    private readonly Dictionary<string, SortedDictionary<string, string>> _users = [];
    private readonly HashSet<(string Labels, string Number)> _given = [];
    private readonly List<string> _complaints = [];

    /// <param name="history">All changes, oldest first.</param>
    public StoredAllocations(IEnumerable<EtcdChange> history)
    {
        foreach (var moment in history.GroupBy(change => change.Revision))
        {
            var used = moment.Select(Apply).OfType<string>().ToHashSet();
            _complaints.AddRange(used.Where(labels => _users[labels].Values.Distinct().Count() > 1).Select(labels =>
                $"at revision {moment.Key} {labels} has several numbers: {string.Join(", ", _users[labels].Select(user => $"{user.Value} on {user.Key}"))}"));
        }
    }

    /// <summary>What must not have happened; empty: all is well.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    /// <summary>Label sets that ever had a number.</summary>
    public int LabelSets => _given.Select(given => given.Labels).Distinct().Count();

    /// <summary>The number stood for the labels at some time.</summary>
    public bool WasGiven(string labels, long number) => _given.Contains((labels, FormattableString.Invariant($"{number}")));

    /// <returns>The label set whose users have changed; null: none.</returns>
    private string? Apply(EtcdChange change)
    {
        if (change.Key.StartsWith(Collected, StringComparison.Ordinal) && change.Value is not null)
            _meanings.Remove(change.Key[Collected.Length..]);
        else if (change.Key.StartsWith(Numbers, StringComparison.Ordinal) && change.Value is not null)
            Mean(change.Key[Numbers.Length..], change.Value, change.Revision);
        return change.Key.StartsWith(Uses, StringComparison.Ordinal) ? Use(change) : null;
    }

    private string Use(EtcdChange change)
    {
        // Behind the last slash: labels may have some of their own.
        var slash = change.Key.LastIndexOf('/');
        var (labels, node) = (change.Key[Uses.Length..slash], change.Key[(slash + 1)..]);
        var users = _users.TryGetValue(labels, out var known) ? known : _users[labels] = [];
        users.Remove(node);
        if (change.Value is null)
            return labels;
        users[node] = change.Value;
        Mean(change.Value, labels, change.Revision);
        return labels;
    }

    private void Mean(string number, string labels, long revision)
    {
        _given.Add((labels, number));
        if (!_meanings.TryAdd(number, (labels, revision)) && _meanings[number] is var before && before.Labels != labels)
            _complaints.Add($"{number} means {before.Labels} since revision {before.Since}, and {labels} at revision {revision}");
    }
}

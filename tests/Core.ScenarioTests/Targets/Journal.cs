using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.ScenarioTests.Targets;

/// <summary>Puts changes into words.</summary>
/// <param name="names">Words for numbers.</param>
internal sealed class Journal(Naming names)
{
    private readonly List<JournalEntry> _entries = [];
    private int _rows;

    public IReadOnlyList<JournalEntry> Entries => _entries;

    public void Policy(PolicyRow? before, PolicyRow? after)
    {
        _rows++;
        var subject = names.Subject((after ?? before!).Id.Subject);
        var (old, now) = (Keys(before), Keys(after));
        if (before is null)
            Add($"policies {subject} appears");
        foreach (var key in now.Except(old))
            Add($"policies {subject} add {Text(key)}");
        foreach (var key in old.Except(now))
            Add($"policies {subject} remove {Text(key)}");
        if (after is null)
            Add($"policies {subject} goes");
    }

    public void Endpoint(EndpointRow? before, EndpointRow? after)
    {
        _rows++;
        Add(after is null ? $"endpoints remove {before!.Id}" : $"endpoints set {after.Id} {(after.Policy is { } policy ? $"enforcing {names.Subject(policy.Subject)}" : "dropping")}");
    }

    public void IpCache(IpCacheRow? before, IpCacheRow? after)
    {
        _rows++;
        Add(after is null ? $"ipcache remove {before!.Prefix}" : $"ipcache set {after.Prefix} {names.Remote(after.Identity)}");
    }

    private static HashSet<PolicyKey> Keys(PolicyRow? row) => row is null ? [] : [.. row.Entries.Select(entry => entry.Key)];

    private string Text(PolicyKey key)
    {
        var port = key.Protocol == IpProtocol.Any ? "anything" : $"{key.Protocol.ToString().ToLowerInvariant()}/{key.Port}";
        var remote = key.Remote == NumericIdentity.Unknown ? "anyone" : names.Remote(key.Remote);
        return key.Direction == TrafficDirection.Ingress ? $"{remote} {port}" : $"to {remote} {port}";
    }

    private void Add(string text) => _entries.Add(new(_rows, text));
}

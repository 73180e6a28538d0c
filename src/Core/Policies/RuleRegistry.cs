using Cilium.Framework.Errors;
using Cilium.Framework.Labels;
using Cilium.Framework.Policies.Documents;
using Cilium.Framework.Policies.Rules;
using Cilium.Framework.Rows;
using Cilium.Framework.State;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Policies;

/// <summary>The rules that the agent was told; the only writer of the table <c>rules</c>. A change is on the disk before it is in the table.</summary>
public sealed class RuleRegistry
{
    /// <summary>Name of the file in the state directory.</summary>
    public const string FileName = "rules.json";

    private readonly IWriteTable<string, RulesRow> _table;
    private readonly StateFile<RulesState> _file;
    private readonly TableSource _source;
    private readonly Lock _lock = new();

    /// <param name="table">The table.</param>
    /// <param name="file">Where rules are remembered.</param>
    public RuleRegistry(IWriteTable<string, RulesRow> table, StateFile<RulesState> file)
    {
        (_table, _file) = (table, file);
        _source = table.RegisterSource("rest");
    }

    /// <summary>All rules now.</summary>
    public PolicyRepository Current => _table[RulesRow.Key]?.Repository ?? PolicyRepository.Empty;

    /// <summary>Takes back what was known before a restart.</summary>
    /// <exception cref="CiliumException">What is stored cannot be read by this version: the agent must not start with fewer rules.</exception>
    public void Restore()
    {
        lock (_lock)
        {
            var stored = _file.Read(Restore);
            _table.Upsert(new RulesRow(stored ?? PolicyRepository.Empty));
            _source.ListDone();
        }
    }

    /// <summary>Adds the rules of a text; a policy of the same namespace and name is replaced.</summary>
    /// <param name="text">YAML or JSON.</param>
    /// <returns>The new revision; the present one when the text holds no rule (<c>[]</c>).</returns>
    /// <exception cref="CiliumException">The text is wrong (every problem), or it could not be written to the disk. Nothing was imported.</exception>
    public ulong Import(string text)
    {
        var policies = PolicyParser.Parse(text);
        lock (_lock)
        {
            var (before, changed) = (Current, Current.Import(policies));
            return changed.Revision == before.Revision ? before.Revision : Replace(changed);
        }
    }

    /// <summary>Removes rules that carry all labels.</summary>
    /// <param name="labels">Empty: all rules. A label without a source, or with <c>any:</c>, is found from every source.</param>
    /// <returns>The revision, and how many rules were removed.</returns>
    /// <exception cref="CiliumException">It could not be written to the disk; nothing was removed.</exception>
    public (ulong Revision, int Removed) Delete(LabelSet labels)
    {
        lock (_lock)
        {
            var changed = Current.Delete(labels, out var removed);
            return (removed == 0 ? changed.Revision : Replace(changed), removed);
        }
    }

    /// <summary>Rules that carry all labels, each as JSON.</summary>
    /// <param name="labels">Empty: all rules. A label without a source, or with <c>any:</c>, is found from every source.</param>
    public IReadOnlyList<string> Find(LabelSet labels) => [.. Current.Rules.Where(rule => rule.Carries(labels)).Select(rule => rule.Text)];

    /// <summary>The rules as they were when a file was written.</summary>
    /// <exception cref="FormatException">Rules and cookies do not fit.</exception>
    /// <exception cref="DocumentException">A rule is none that this version reads.</exception>
    internal static PolicyRepository Restore(RulesState state) => PolicyRepository.Restore(state.Revision, state.NextCookie, state.Policies.Select(Restore));

    private ulong Replace(PolicyRepository repository)
    {
        _file.Write(new RulesState(repository.Revision, repository.NextCookie, [.. repository.Documents.Select(Store)]));
        _table.Upsert(new RulesRow(repository));
        return repository.Revision;
    }

    private static StoredPolicy Store(PolicyDocument policy) =>
        new(policy.Name, policy.Namespace, [.. policy.Rules.Select(rule => new StoredRule(rule.Origin, rule.Text, [.. rule.AllSections.Select(section => section.Cookie.Value)], rule.Place))]);

    private static PolicyDocument Restore(StoredPolicy policy)
    {
        // Older files repeat the namespace in front of the name.
        var joined = $"{policy.Namespace}/";
        var name = policy.Namespace.Length > 0 && policy.Name?.StartsWith(joined, StringComparison.Ordinal) == true ? policy.Name[joined.Length..] : policy.Name;
        return new(name, policy.Namespace, [.. policy.Rules.Select(rule => Restore(rule, policy.Namespace))]);
    }

    private static PolicyRule Restore(StoredRule stored, string space)
    {
        var rule = PolicyParser.ParseStored(stored.Text, stored.Place, space) with { Origin = stored.Origin };
        if (rule.AllSections.Count() != stored.Cookies.Count)
            throw new FormatException($"rule {stored.Origin} has {rule.AllSections.Count()} sections and {stored.Cookies.Count} cookies.");
        var cookies = new Queue<uint>(stored.Cookies);
        return rule.WithSections(section => section with { Cookie = new RuleCookie(cookies.Dequeue()) });
    }
}

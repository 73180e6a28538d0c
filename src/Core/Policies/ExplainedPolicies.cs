using System.Globalization;
using Cilium.Framework.Errors;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Policies;

/// <summary>A target of policies whose refusals for want of room name the rules that take it: it knows numbers only.</summary>
/// <param name="target">The datapath's.</param>
/// <param name="rules">The rules behind the numbers.</param>
internal sealed class ExplainedPolicies(IReconcileTarget<PolicyRow> target, IReadTable<string, RulesRow> rules) : IReconcileTarget<PolicyRow>
{
    /// <summary>Rules that are named; the largest decide.</summary>
    private const int NamedAtMost = 3;

    public async ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<PolicyRow> batch, CancellationToken cancellationToken)
    {
        var outcomes = await target.ApplyAsync(batch, cancellationToken);
        return outcomes.Any(outcome => outcome.Kind == ErrorKind.Exhausted) ? [.. outcomes.Zip(batch.Items, Explain)] : outcomes;
    }

    public ValueTask<int> PruneAsync(IReadOnlyCollection<PolicyRow> desired, CancellationToken cancellationToken) => target.PruneAsync(desired, cancellationToken);

    private RowOutcome Explain(RowOutcome outcome, ReconcileItem<PolicyRow> item) =>
        outcome is { Kind: ErrorKind.Exhausted, Error: { } error } && item.Action == ReconcileAction.Upsert && rules[RulesRow.Key] is { } known
            ? RowOutcome.Failed(ErrorKind.Exhausted, $"{error} Most entries: {Largest(item.Row.Entries, new PolicyExplainer(known.Repository))}.")
            : outcome;

    private static string Largest(PolicyEntrySet entries, PolicyExplainer explainer)
    {
        var sections = entries.GroupBy(entry => entry.Rule).Select(group => (Rule: group.Key, Count: group.Count())).OrderByDescending(section => section.Count).ThenBy(section => section.Rule.Value).ToList();
        var named = sections.Take(NamedAtMost).Select(section => string.Create(CultureInfo.InvariantCulture, $"{explainer.Name(section.Rule)} ({section.Count:N0})"));
        return string.Join(", ", named) + (sections.Count > NamedAtMost ? string.Create(CultureInfo.InvariantCulture, $" and {sections.Count - NamedAtMost} more") : "");
    }
}

using System.Text;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Labels;
using Cilium.Framework.Policies;

namespace Cilium.Framework.Agent.Policies;

/// <summary>Rules as the API offers them.</summary>
/// <param name="rules">The rules.</param>
internal sealed class PolicyService(RuleRegistry rules) : IPolicyService
{
    /// <inheritdoc />
    public Policy Import(string document)
    {
        var revision = rules.Import(document);
        return new Policy { Revision = (long)revision, Rules = Document(rules.Find(LabelSet.Empty)) };
    }

    /// <inheritdoc />
    public Policy Get(LabelSet labels)
    {
        var found = rules.Find(labels);
        if (found.Count == 0 && labels.Count > 0)
            throw new RefusedException(404, $"No rule carries the labels {labels}. See cilium policy get.");
        return new Policy { Revision = (long)rules.Current.Revision, Rules = Document(found) };
    }

    /// <inheritdoc />
    public Policy Delete(LabelSet labels)
    {
        var (revision, removed) = rules.Delete(labels);
        if (removed == 0 && labels.Count > 0)
            throw new RefusedException(404, $"No rule carries the labels {labels}. Nothing was deleted. See cilium policy get.");
        return new Policy { Revision = (long)revision, Rules = Document(rules.Find(LabelSet.Empty)) };
    }

    private static string Document(IReadOnlyList<string> found) => found.Count == 0
        ? "[]"
        : new StringBuilder("[\n  ").AppendJoin(",\n  ", found).Append("\n]").ToString();
}

using Cilium.Framework.Policies.Rules;

namespace Cilium.Framework.Policies.Documents;

/// <summary>One policy as it was imported.</summary>
/// <param name="Name"><c>namespace/name</c>, <c>name</c>, or null for a bare list of rules.</param>
/// <param name="Namespace">Namespace that it is restricted to; empty: none.</param>
/// <param name="Rules">Its rules.</param>
internal sealed record PolicyDocument(string? Name, string Namespace, IReadOnlyList<PolicyRule> Rules);

using Cilium.Framework.Policies.Rules;

namespace Cilium.Framework.Policies.Documents;

/// <summary>One policy as it was imported.</summary>
/// <param name="Name">Its name within its namespace; null for a bare list of rules.</param>
/// <param name="Namespace">Namespace that it is restricted to; empty: none.</param>
/// <param name="Rules">Its rules.</param>
internal sealed record PolicyDocument(string? Name, string Namespace, IReadOnlyList<PolicyRule> Rules)
{
    /// <summary><c>namespace/name</c> or <c>name</c>, for people; null for a bare list of rules.</summary>
    public string? FullName => Name is null || Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";

    /// <summary>Equal for policies of which the later replaces the earlier. A bare list has no name: only the very same list replaces it.</summary>
    public (string Namespace, string? Name, string Rules) Key => Name is null ? ("", null, string.Join('\n', Rules.Select(rule => rule.Text))) : (Namespace, Name, "");
}

namespace Cilium.Framework.Policies;

/// <summary>The one row of the table <c>rules</c>.</summary>
/// <param name="Repository">All rules at one revision.</param>
public sealed record RulesRow(PolicyRepository Repository)
{
    /// <summary>The table has one row.</summary>
    public const string Key = "rules";
}

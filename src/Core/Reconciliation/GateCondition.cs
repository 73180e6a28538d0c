namespace Cilium.Framework.Reconciliation;

/// <summary>One thing that must be realised before a row may be.</summary>
/// <param name="Table">Name of a desired table.</param>
/// <param name="Key">Key in it; null when only <paramref name="ComputedThrough"/> is asked for.</param>
/// <param name="Requirement">What is asked of the row under the key.</param>
/// <param name="ComputedThrough">What the table's <see cref="DesiredTable{TKey,TRow}.ComputedThrough"/> must have reached; 0: anything.</param>
public sealed record GateCondition(string Table, object? Key, GateRequirement Requirement, ulong ComputedThrough)
{
    /// <summary>Such as <c>policies 7</c>.</summary>
    public string Subject => Key is null ? Table : $"{Table} {Key}";
}

using System.Collections.Immutable;

namespace Cilium.Framework.Reconciliation;

/// <summary>What must be realised before a row may be. A value: equal conditions in equal order make equal gates.</summary>
/// <remarks>While it is closed the row is not applied and its key is not pruned: the target keeps what it has.</remarks>
/// <param name="Conditions">All must hold.</param>
public sealed record Gate(ImmutableArray<GateCondition> Conditions)
{
    /// <summary>A row of another table is Done.</summary>
    /// <param name="table">Name of a desired table.</param>
    /// <param name="key">Key in it.</param>
    /// <param name="computedThrough">And was computed from at least this state of its inputs.</param>
    public static Gate Done(string table, object key, ulong computedThrough = 0) => new([new GateCondition(table, key, GateRequirement.Done, computedThrough)]);

    /// <summary>A row of another table is gone from its target.</summary>
    /// <param name="table">Name of a desired table.</param>
    /// <param name="key">Key in it.</param>
    public static Gate Gone(string table, object key) => new([new GateCondition(table, key, GateRequirement.Gone, 0)]);

    /// <summary>Another table was computed from at least this state of its inputs.</summary>
    /// <param name="table">Name of a desired table.</param>
    /// <param name="through">See <see cref="DesiredTable{TKey,TRow}.ComputedThrough"/>.</param>
    public static Gate Computed(string table, ulong through) => new([new GateCondition(table, null, GateRequirement.Done, through)]);

    /// <summary>Another table was computed from at least this state of its inputs, and nothing of it is pending any more.</summary>
    /// <param name="table">Name of a desired table.</param>
    /// <param name="through">See <see cref="DesiredTable{TKey,TRow}.ComputedThrough"/>.</param>
    public static Gate Settled(string table, ulong through) => new([new GateCondition(table, null, GateRequirement.AllDone, through)]);

    /// <summary>Both gates.</summary>
    public Gate And(Gate other) => new([.. Conditions, .. other.Conditions]);

    /// <inheritdoc />
    public bool Equals(Gate? other) => other is not null && Conditions.SequenceEqual(other.Conditions);

    /// <inheritdoc />
    public override int GetHashCode() => Conditions.Aggregate(0, HashCode.Combine);

    /// <inheritdoc />
    public override string ToString() => string.Join(", ", Conditions.Select(condition => condition.Subject));
}

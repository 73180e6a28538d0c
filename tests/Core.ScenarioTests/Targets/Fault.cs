namespace Cilium.Framework.Core.ScenarioTests.Targets;

/// <summary>What goes wrong once, at one target.</summary>
/// <param name="Table">The target's table; empty: nothing goes wrong.</param>
/// <param name="Kind">How.</param>
public sealed record Fault(string Table, FaultKind Kind)
{
    /// <summary>Everything works.</summary>
    public static readonly Fault None = new("", FaultKind.Refuses);

    /// <summary>No fault, and each target failing once in each way.</summary>
    public static IReadOnlyList<Fault> All { get; } =
        [None, .. ((string[])["policies", "endpoints", "ipcache"]).SelectMany(table => Enum.GetValues<FaultKind>().Select(kind => new Fault(table, kind)))];

    /// <inheritdoc />
    public override string ToString() => Table.Length == 0 ? "nothing fails" : $"{Table} {(Kind == FaultKind.Refuses ? "refuses a row once" : "throws once in the middle of a batch")}";
}

namespace Cilium.Framework.Rows;

/// <summary>Everything that one subject may receive and send. What no entry allows is dropped; a direction that is not enforced has one entry that matches all.</summary>
/// <param name="Id">Key of the row.</param>
/// <param name="Entries">The distilled policy.</param>
public sealed record PolicyRow(PolicyId Id, PolicyEntrySet Entries);

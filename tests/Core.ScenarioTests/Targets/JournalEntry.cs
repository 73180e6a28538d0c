namespace Cilium.Framework.Core.ScenarioTests.Targets;

/// <summary>One thing that changed in the datapath, in the words of scenarios.</summary>
/// <param name="Row">Number of the row that brought it; a row of a policy may bring several.</param>
/// <param name="Text">Such as <c>ipcache remove 10.0.0.7/32</c>.</param>
public sealed record JournalEntry(int Row, string Text);

namespace Cilium.Framework.Reconciliation;

/// <summary>How far a desired row is, since when, and why not further. Written by the reconciler alone.</summary>
/// <param name="State">How far.</param>
/// <param name="Text">What failed or what is awaited; empty when there is nothing to say.</param>
/// <param name="At">When it got there.</param>
/// <param name="Attempts">Failed attempts since the row last changed.</param>
public sealed record RowStatus(RowState State, string Text, DateTimeOffset At, int Attempts = 0);

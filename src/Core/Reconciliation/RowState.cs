namespace Cilium.Framework.Reconciliation;

/// <summary>How far a desired row is.</summary>
public enum RowState
{
    /// <summary>Not realised yet; the text says what it waits for, if it is held back.</summary>
    Pending,

    /// <summary>The target has acknowledged the row.</summary>
    Done,

    /// <summary>The target refused the row. Tried again, unless the refusal is of a kind that trying again cannot heal.</summary>
    Error,
}

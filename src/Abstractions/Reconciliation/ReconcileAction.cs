namespace Cilium.Framework.Reconciliation;

/// <summary>What is to become of a row.</summary>
public enum ReconcileAction
{
    /// <summary>Make the target hold the row, whatever it holds now.</summary>
    Upsert,

    /// <summary>Make the target hold nothing under the row's key.</summary>
    Delete,
}

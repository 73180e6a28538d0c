namespace Cilium.Framework.Reconciliation;

/// <summary>In which order a table's changes reach the target.</summary>
public enum BatchOrder
{
    /// <summary>For routes and the ipcache: a longer prefix is there before the shorter one goes.</summary>
    UpsertsFirst,

    /// <summary>For endpoints and policies: a resource is free before it is taken again.</summary>
    DeletesFirst,
}

namespace Cilium.Framework.Routes;

/// <summary>What a route is to this agent.</summary>
internal enum LedgerState
{
    /// <summary>It carries our number, and a row wants it.</summary>
    Ours,

    /// <summary>It carries our number, and no row wants it.</summary>
    LeftOver,

    /// <summary>Somebody else's: never touched.</summary>
    Foreign,

    /// <summary>A row wants it, and there is none.</summary>
    Missing,
}

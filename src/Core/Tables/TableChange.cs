namespace Cilium.Framework.Tables;

/// <summary>The last thing that happened to a key.</summary>
/// <param name="Revision">Number of the change within its table; every change has its own.</param>
/// <param name="Key">The key.</param>
/// <param name="Row">The row as it is now; for a removal as it was last.</param>
/// <param name="IsRemoval">The key is gone.</param>
public sealed record TableChange<TKey, TRow>(ulong Revision, TKey Key, TRow Row, bool IsRemoval)
    where TKey : notnull
    where TRow : class;

namespace Cilium.Framework.Kvstore;

/// <summary>What became of a commit.</summary>
/// <param name="Succeeded">True: every condition held and every operation was carried out. False: a condition did not hold and nothing was changed.</param>
/// <param name="Revision">Revision that every key written by the commit now has, greater than any they had; 0 when it did not succeed.</param>
public readonly record struct KvCommitResult(bool Succeeded, ulong Revision);

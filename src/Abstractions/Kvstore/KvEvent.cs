namespace Cilium.Framework.Kvstore;

/// <summary>One report of a watch.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Key">The key; empty for <see cref="KvEventKind.ListDone"/>.</param>
/// <param name="Value">The new value; empty for deletions and <see cref="KvEventKind.ListDone"/>.</param>
/// <param name="Revision">Revision of the change.</param>
public sealed record KvEvent(KvEventKind Kind, string Key, ReadOnlyMemory<byte> Value, ulong Revision);

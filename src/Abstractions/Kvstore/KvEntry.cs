namespace Cilium.Framework.Kvstore;

/// <summary>A key with its value.</summary>
/// <param name="Key">UTF-8 text without NUL, never starting with <c>/</c>.</param>
/// <param name="Value">Its bytes.</param>
/// <param name="Revision">Grows with every write of the key, also when it was deleted in between; means nothing outside this store.</param>
public sealed record KvEntry(string Key, ReadOnlyMemory<byte> Value, ulong Revision);

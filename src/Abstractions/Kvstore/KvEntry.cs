namespace Cilium.Framework.Kvstore;

/// <summary>A key with its value.</summary>
/// <param name="Key">UTF-8 text without NUL, at most 1,024 bytes, never starting with <c>/</c>.</param>
/// <param name="Value">At most 512 KiB.</param>
/// <param name="Revision">Changes with every write of the key and never repeats for it; means nothing outside this store.</param>
public sealed record KvEntry(string Key, ReadOnlyMemory<byte> Value, ulong Revision);

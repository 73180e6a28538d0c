namespace Cilium.Framework.Store;

/// <summary>Reads the part of a store key after its folder.</summary>
/// <param name="text">That part.</param>
/// <returns>Null: it is none of ours.</returns>
internal delegate TKey? KeyReader<TKey>(ReadOnlySpan<char> text)
    where TKey : struct;

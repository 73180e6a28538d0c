namespace Cilium.Framework.Kvstore.Consul.Model;

/// <summary>A key as Consul tells of it.</summary>
internal sealed record KvPair
{
    public required string Key { get; init; }

    /// <summary>Null stands for an empty value.</summary>
    public byte[]? Value { get; init; }

    /// <summary>Another number for every write of this plugin: see <see cref="TxnKv.Flags"/>.</summary>
    public ulong Flags { get; init; }

    public string? Session { get; init; }

    /// <summary>Number of the last write in the servers' log.</summary>
    public ulong ModifyIndex { get; init; }

    public KvEntry ToEntry() => new(Key, Value, ModifyIndex);
}

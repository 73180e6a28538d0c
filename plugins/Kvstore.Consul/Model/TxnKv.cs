using System.Security.Cryptography;

namespace Cilium.Framework.Kvstore.Consul.Model;

/// <summary>One step of a transaction.</summary>
internal sealed record TxnKv
{
    public required string Verb { get; init; }

    public required string Key { get; init; }

    /// <summary>Base64 in JSON.</summary>
    public ReadOnlyMemory<byte>? Value { get; init; }

    public ulong? Index { get; init; }

    /// <summary>Random for every write: Consul gives a key no new index when nothing of it differs, but each write is to have a revision of its own.</summary>
    public ulong? Flags { get; init; }

    public string? Session { get; init; }

    public static TxnKv Get(string key) => new() { Verb = "get", Key = key };

    public static TxnKv CheckIndex(string key, ulong index) => new() { Verb = "check-index", Key = key, Index = index };

    public static TxnKv CheckNotExists(string key) => new() { Verb = "check-not-exists", Key = key };

    public static TxnKv Delete(string key) => new() { Verb = "delete", Key = key };

    /// <summary>Leaves the session that the key may have.</summary>
    public static TxnKv Set(string key, ReadOnlyMemory<byte> value) => Write("set", key, value);

    /// <summary>Writes when the key was last written at the index; 0: when it does not exist. Leaves its session.</summary>
    public static TxnKv Cas(string key, ulong index, ReadOnlyMemory<byte> value) => Write("cas", key, value) with { Index = index };

    /// <summary>Writes and binds the key to a session; fails when it is bound to another.</summary>
    public static TxnKv Lock(string key, string session, ReadOnlyMemory<byte> value) => Write("lock", key, value) with { Session = session };

    /// <summary>Writes and frees the key from a session; fails when it is not bound to it.</summary>
    public static TxnKv Unlock(string key, string session, ReadOnlyMemory<byte> value) => Write("unlock", key, value) with { Session = session };

    private static TxnKv Write(string verb, string key, ReadOnlyMemory<byte> value) =>
        new() { Verb = verb, Key = key, Value = value, Flags = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) };
}

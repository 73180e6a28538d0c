namespace Cilium.Framework.Client.Models;

/// <summary>A key of the store with its value: <see cref="Value"/> when that is UTF-8, else <see cref="ValueBase64"/>.</summary>
public sealed record KvstoreEntry
{
    public required string Key { get; init; }

    public string? Value { get; init; }

    /// <summary>Base64 of a value that is no text.</summary>
    public string? ValueBase64 { get; init; }

    /// <summary>Grows with every write of the key; means nothing outside this store.</summary>
    public required ulong Revision { get; init; }
}

/// <summary>One report of <c>GET /kvstore/watch</c>. The value is as in <see cref="KvstoreEntry"/>; deletions have none.</summary>
public sealed record KvstoreEvent
{
    /// <summary><c>created</c>, <c>modified</c>, <c>deleted</c>, and once <c>listed</c>: everything that was there before has been reported.</summary>
    public required string Kind { get; init; }

    public required string Key { get; init; }

    public string? Value { get; init; }

    public string? ValueBase64 { get; init; }

    public required ulong Revision { get; init; }
}

/// <summary>Answer to a write of the store.</summary>
public sealed record KvstoreChange
{
    /// <summary>How many keys were written or removed.</summary>
    public required int Keys { get; init; }
}

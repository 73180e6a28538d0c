namespace Cilium.Framework.Kvstore;

/// <summary>A store of small values under ordered keys, with conditional commits and watches.</summary>
/// <remarks>
/// Safe for concurrent use. A write that was acknowledged survives a crash of the process and of the machine.
/// Every call throws <see cref="Errors.CiliumException"/> with <see cref="Errors.ErrorKind.Unavailable"/> when the store cannot be reached:
/// a read may be repeated, a commit may or may not have been carried out. Keys that break the limits of <see cref="KvEntry"/> are refused
/// with <see cref="Errors.ErrorKind.Invalid"/> and nothing is changed.
/// </remarks>
public interface IKvstore : IAsyncDisposable
{
    /// <summary>Most operations of one commit.</summary>
    const int MaxOperations = 64;

    /// <summary>Longest key, in bytes of UTF-8.</summary>
    const int MaxKeyBytes = 1024;

    /// <summary>Largest value, in bytes.</summary>
    const int MaxValueBytes = 512 * 1024;

    /// <summary>What the store promises beyond the contract.</summary>
    KvstoreCapabilities Capabilities { get; }

    /// <summary>Opens files or connections. Called once, before any other member; may take seconds.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Errors.CiliumException">The store cannot be used; the text says what to do.</exception>
    ValueTask StartAsync(CancellationToken cancellationToken);

    /// <summary>Reads one key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The entry, or null when the key does not exist. Never older than the last commit acknowledged to this process.</returns>
    ValueTask<KvEntry?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Reads all keys that start with a prefix, in ordinal order, as of one moment.</summary>
    /// <param name="prefix">Compared as text; empty for everything.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The entries; empty when there are none.</returns>
    ValueTask<IReadOnlyList<KvEntry>> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Carries out all operations, or, when a condition does not hold, none. Nobody sees a part of it.</summary>
    /// <param name="conditions">All must hold at one moment; none: always.</param>
    /// <param name="operations">1..<see cref="MaxOperations"/>, no key twice.</param>
    /// <param name="cancellationToken">Gives up waiting; the commit may still be carried out.</param>
    /// <returns>Whether the conditions held.</returns>
    /// <exception cref="Errors.CiliumException"><see cref="Errors.ErrorKind.Invalid"/>: too many operations, a key twice, a key or value over its limit. Nothing was changed.</exception>
    ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken);

    /// <summary>
    /// Reports <see cref="KvEventKind.Created"/> for every key that exists, then exactly one <see cref="KvEventKind.ListDone"/>, then changes.
    /// </summary>
    /// <remarks>
    /// Changes of one key come in order and its last state is never lost; intermediate states may be skipped unless
    /// <see cref="KvstoreCapabilities.EveryRevision"/> is claimed. Outages are bridged inside: what vanished meanwhile is reported as
    /// <see cref="KvEventKind.Deleted"/>. The sequence ends only by cancellation or disposal. A slow reader delays only itself.
    /// </remarks>
    /// <param name="prefix">Compared as text; empty for everything.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    IAsyncEnumerable<KvEvent> WatchAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>How the store is doing. Never throws.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<KvstoreStatus> GetStatusAsync(CancellationToken cancellationToken);
}

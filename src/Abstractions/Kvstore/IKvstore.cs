namespace Cilium.Framework.Kvstore;

/// <summary>A store of small values under ordered keys, with conditional commits and watches.</summary>
/// <remarks>
/// Safe for concurrent use. A write that was acknowledged survives a crash of the process and of the machine.
/// Every call throws <see cref="Errors.CiliumException"/> with <see cref="Errors.ErrorKind.Unavailable"/> when the store cannot be reached:
/// a read may be repeated, a commit may or may not have been carried out. What breaks <see cref="Limits"/> is refused
/// with <see cref="Errors.ErrorKind.Invalid"/> and nothing is changed.
/// </remarks>
public interface IKvstore : IAsyncDisposable
{
    /// <summary>What the store promises beyond the contract.</summary>
    KvstoreCapabilities Capabilities { get; }

    /// <summary>What it accepts.</summary>
    KvstoreLimits Limits { get; }

    /// <summary>Opens files or begins to connect. Called once, before any other member; may take seconds.</summary>
    /// <remarks>A server that does not answer yet, or refuses, is no failure: the node goes on with what it has, calls fail meanwhile, and the status says what is awaited.</remarks>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Errors.CiliumException">The store can never be used as it is configured; the text says what to do.</exception>
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
    /// <param name="operations">1..<see cref="KvstoreLimits.MaxOperations"/>, no key twice.</param>
    /// <param name="cancellationToken">Gives up waiting; the commit may still be carried out.</param>
    /// <returns>Whether the conditions held.</returns>
    /// <exception cref="Errors.CiliumException">
    /// <see cref="Errors.ErrorKind.Invalid"/>: a limit is broken, or a key occurs twice. <see cref="Errors.ErrorKind.Conflict"/>: a lease is lost. Nothing was changed.
    /// </exception>
    ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken);

    /// <summary>
    /// Reports <see cref="KvEventKind.Created"/> for every key that exists, then exactly one <see cref="KvEventKind.ListDone"/>, then changes.
    /// </summary>
    /// <remarks>
    /// Changes of one key come in order and its last state is never lost; intermediate states may be skipped unless
    /// <see cref="KvstoreCapabilities.EveryRevision"/> is claimed. Outages are bridged inside: what vanished meanwhile is reported as
    /// <see cref="KvEventKind.Deleted"/>; an outage in the middle of the list brings what was reported of it already up to date in the same way, before
    /// <see cref="KvEventKind.ListDone"/>. The sequence ends only by cancellation or disposal. A slow reader delays only itself.
    /// </remarks>
    /// <param name="prefix">Compared as text; empty for everything.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    IAsyncEnumerable<KvEvent> WatchAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Grants a lease and renews it until it is disposed, revoked or lost, or the store is disposed.</summary>
    /// <param name="timeToLive">More than zero; brought within <see cref="Limits"/>.</param>
    /// <param name="cancellationToken">Gives up; a lease that was granted meanwhile runs out.</param>
    ValueTask<IKvLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken);

    /// <summary>How the store is doing. Never throws.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<KvstoreStatus> GetStatusAsync(CancellationToken cancellationToken);
}

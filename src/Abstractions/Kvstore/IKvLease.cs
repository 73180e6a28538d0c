namespace Cilium.Framework.Kvstore;

/// <summary>Keeps keys alive for as long as this process keeps saying that it is. Renewed by the store's own code until it is disposed, revoked or lost.</summary>
/// <remarks>Disposal stops the renewal and removes nothing: the keys stay until the lease runs out, so that a process that starts again in time finds and takes them over.</remarks>
public interface IKvLease : IAsyncDisposable
{
    /// <summary>How long the keys outlive the last renewal, as granted: not less than asked for. A dead holder's keys are gone after <see cref="KvstoreLimits.LongestExpiry"/> of it.</summary>
    TimeSpan TimeToLive { get; }

    /// <summary>
    /// Cancelled when the lease is known to be gone, or when it could not be renewed for its whole time. Its keys are gone or will be:
    /// grant another and write them again.
    /// </summary>
    CancellationToken Lost { get; }

    /// <summary>Ends the lease now; its keys are deleted. Success when it is gone already.</summary>
    /// <param name="cancellationToken">Gives up waiting; the keys then vanish when the lease runs out.</param>
    /// <exception cref="Errors.CiliumException">The store cannot be reached: the keys vanish when the lease runs out.</exception>
    ValueTask RevokeAsync(CancellationToken cancellationToken);
}

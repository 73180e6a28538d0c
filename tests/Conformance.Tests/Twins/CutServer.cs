using Cilium.Framework.Conformance.Kvstore;

namespace Cilium.Framework.Conformance.Tests.Twins;

/// <summary>A server that lets twins know when their connections break.</summary>
internal sealed class CutServer(IStoreServer inner) : IStoreServer, IDisposable
{
    private CancellationTokenSource _connection = new();

    public int Members => inner.Members;

    /// <summary>Cancelled when the connections of this moment break.</summary>
    public CancellationToken Connection => Volatile.Read(ref _connection).Token;

    public async Task KillAsync(int member, CancellationToken cancellationToken)
    {
        await inner.KillAsync(member, cancellationToken);
        await Interlocked.Exchange(ref _connection, new()).CancelAsync();
    }

    public Task StartAsync(int member, CancellationToken cancellationToken) => inner.StartAsync(member, cancellationToken);

    public void Pause(int member) => inner.Pause(member);

    public void Resume(int member) => inner.Resume(member);

    public Task<bool> CompactAsync(CancellationToken cancellationToken) => inner.CompactAsync(cancellationToken);

    public void Dispose() => _connection.Dispose();
}

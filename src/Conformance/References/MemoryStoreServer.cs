using Cilium.Framework.Conformance.Kvstore;

namespace Cilium.Framework.Conformance.References;

/// <summary>A server in memory that stores over one content talk to, and that can be hurt: while most of its members are gone calls fail, watches are cut off and leases are not renewed.</summary>
public sealed class MemoryStoreServer : IStoreServer
{
    private readonly MemoryKvstoreContent _content;
    private readonly bool[] _killed, _held;

    /// <summary>Puts a server between a content and its stores.</summary>
    /// <param name="content">What the stores hold.</param>
    /// <param name="members">How many members it has, at least 1.</param>
    public MemoryStoreServer(MemoryKvstoreContent content, int members)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentOutOfRangeException.ThrowIfLessThan(members, 1);
        (_content, _killed, _held) = (content, new bool[members], new bool[members]);
        content.Connection.Members = members;
    }

    /// <inheritdoc />
    public int Members => _killed.Length;

    /// <inheritdoc />
    public Task KillAsync(int member, CancellationToken cancellationToken) => Change(() =>
    {
        _killed[member] = true;
        _content.Connection.Cut(member);
    });

    /// <inheritdoc />
    public Task StartAsync(int member, CancellationToken cancellationToken) => Change(() => _killed[member] = false);

    /// <inheritdoc />
    public void Pause(int member) => Change(() => _held[member] = true);

    /// <inheritdoc />
    public void Resume(int member) => Change(() => _held[member] = false);

    /// <inheritdoc />
    public Task<bool> CompactAsync(CancellationToken cancellationToken)
    {
        lock (_content.Sync)
            _content.Connection.Forget();
        return Task.FromResult(true);
    }

    private Task Change(Action change)
    {
        lock (_content.Sync)
        {
            change();
            var alive = _killed.Count(killed => !killed);
            var answering = _killed.Zip(_held).Count(member => member is (false, false));
            _content.Connection.Set(isUp: alive > Members / 2, answers: answering > Members / 2);
        }

        return Task.CompletedTask;
    }
}

using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.References;

/// <summary>What lies between stores and their content: nothing, or a server that is down at times. All but <see cref="ReachAsync"/> under the content's lock.</summary>
internal sealed class MemoryConnection(MemoryKvstoreContent content)
{
    /// <summary>A call to a held server ends after this; a watch that was cut off comes back after a twentieth of it.</summary>
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(1);

    private readonly List<MemoryWatch> _cut = [];
    private readonly List<KvEvent> _history = [];
    private readonly HashSet<MemoryLease> _leases = [];
    private TaskCompletionSource _changed = NewChange();
    private ulong _forgotten;
    private bool _isUp = true;
    private int _next;

    /// <summary>Members of the server; 0: there is none.</summary>
    public int Members { get; set; }

    public bool Answers { get; private set; } = true;

    /// <summary>Waits for a server that is held, not for one that is gone.</summary>
    public async ValueTask ReachAsync(CancellationToken cancellationToken)
    {
        if (Answers)
            return;
        using var deadline = new CancellationTokenSource(CallTimeout, content.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        while (true)
        {
            Task changed;
            lock (content.Sync)
            {
                if (Answers)
                    return;
                if (!_isUp || deadline.IsCancellationRequested)
                    throw Unreachable();
                changed = _changed.Task;
            }

            await changed.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public static CiliumException Unreachable() => new(ErrorKind.Unavailable, "kvstore memory: most members of its server do not answer.");

    public void Join(MemoryWatch watch)
    {
        watch.Member = Members == 0 ? 0 : _next++ % Members;
        if (!Answers)
        {
            _cut.Add(watch);
            return;
        }

        if (watch.Revision < _forgotten || watch.Revision == 0)
            watch.CatchUp(content, content.Revision);
        else
            Replay(watch);
        content.Watches.Add(watch);
    }

    public void Leave(MemoryWatch watch)
    {
        content.Watches.Remove(watch);
        _cut.Remove(watch);
    }

    public void Note(KvEvent happened)
    {
        if (Members > 0)
            _history.Add(happened);
    }

    public void Forget()
    {
        _history.Clear();
        _forgotten = content.Revision;
    }

    public void Cut(int member)
    {
        foreach (var watch in content.Watches.Where(watch => watch.Member == member).ToList())
        {
            content.Watches.Remove(watch);
            _cut.Add(watch);
        }
    }

    public void Hold(MemoryLease lease) => _leases.Add(lease);

    public void Release(MemoryLease lease) => _leases.Remove(lease);

    public void Set(bool isUp, bool answers)
    {
        var answered = Answers;
        (_isUp, Answers) = (isUp, answers);
        _changed.SetResult();
        _changed = NewChange();
        if (answered != answers)
        {
            foreach (var lease in _leases.ToList())
                lease.Reached(answers);
        }

        if (answers && _cut.Count > 0)
            _ = RejoinAsync();
    }

    private async Task RejoinAsync()
    {
        await Task.Delay(CallTimeout / 20, content.Time).ConfigureAwait(false);
        lock (content.Sync)
        {
            if (!Answers)
                return;
            MemoryWatch[] back = [.. _cut];
            _cut.Clear();
            foreach (var watch in back)
                Join(watch);
        }
    }

    private void Replay(MemoryWatch watch)
    {
        var told = watch.Revision;
        foreach (var happened in _history.Where(happened => happened.Revision > told))
            watch.Tell(happened);
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

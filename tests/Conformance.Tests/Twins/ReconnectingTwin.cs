using System.Runtime.CompilerServices;
using Cilium.Framework.Conformance.References;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.Tests.Twins;

/// <summary>A store whose watches list anew after their connection broke, well but for what a twin overrides.</summary>
internal class ReconnectingTwin(MemoryKvstoreContent content, CutServer server) : KvstoreTwin(new MemoryKvstore(content))
{
    /// <summary>So many commits fall between a break and the new list: a passing key is deleted among them.</summary>
    private const int Gap = 17;

    private int _commits;

    public override async ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken)
    {
        var result = await base.CommitAsync(conditions, operations, cancellationToken);
        Interlocked.Increment(ref _commits);
        return result;
    }

    public override async IAsyncEnumerable<KvEvent> WatchAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var told = new SortedDictionary<string, ulong>(StringComparer.Ordinal);
        for (var isFirst = true; ; isFirst = false)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(server.Connection, cancellationToken);
            await using var events = Inner.WatchAsync(prefix, either.Token).GetAsyncEnumerator(either.Token);
            var (list, listing) = (new List<KvEvent>(), !isFirst);
            while (await NextAsync(events, either.Token))
            {
                if (listing)
                    list.Add(events.Current);
                if (listing && events.Current.Kind != KvEventKind.ListDone)
                    continue;
                foreach (var happened in listing ? Reconnected(told, list).ToList() : [events.Current])
                {
                    Note(told, happened);
                    yield return happened;
                }

                listing = false;
            }

            cancellationToken.ThrowIfCancellationRequested();
            var back = Volatile.Read(ref _commits) + Gap;
            await Eventually.TrueAsync(() => Volatile.Read(ref _commits) >= back || cancellationToken.IsCancellationRequested, "commits while a watch was cut off");
        }
    }

    /// <summary>What is told after a new list: the difference.</summary>
    /// <param name="told">Revision of each key that was told of.</param>
    /// <param name="list">The list, with its end.</param>
    protected virtual IEnumerable<KvEvent> Reconnected(IReadOnlyDictionary<string, ulong> told, IReadOnlyList<KvEvent> list)
    {
        foreach (var key in told.Keys.Except(list.Select(happened => happened.Key)))
            yield return new(KvEventKind.Deleted, key, default, list[^1].Revision);
        foreach (var happened in list.Where(happened => happened.Kind == KvEventKind.Created))
        {
            if (!told.TryGetValue(happened.Key, out var revision))
                yield return happened;
            else if (revision != happened.Revision)
                yield return happened with { Kind = KvEventKind.Modified };
        }
    }

    private static void Note(SortedDictionary<string, ulong> told, KvEvent happened)
    {
        if (happened.Kind == KvEventKind.Deleted)
            told.Remove(happened.Key);
        else if (happened.Kind != KvEventKind.ListDone)
            told[happened.Key] = happened.Revision;
    }

    /// <summary>False when the connection broke.</summary>
    private static async Task<bool> NextAsync(IAsyncEnumerator<KvEvent> events, CancellationToken broken)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (OperationCanceledException) when (broken.IsCancellationRequested)
        {
            return false;
        }
    }
}

using System.Runtime.CompilerServices;
using Cilium.Framework.Conformance.Faults;
using Cilium.Framework.Conformance.Kvstore;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.Tests.Twins;

/// <summary>Stores whose watches, or readers, have one defect each, and what their author is told.</summary>
public sealed class BrokenWatchTests
{
    [Fact]
    public Task A_watch_that_ends_its_list_twice() => FailsAsync<ListsTwice>(
        nameof(KvstoreConformance.A_watch_reports_what_exists_then_the_end_of_the_list_then_changes),
        "then exactly one ListDone",
        "the event after a/1 was written again (and b/2, which the watch did not ask for): \"ListDone\" instead of \"Modified a/1=y\".");

    [Fact]
    public Task A_watch_that_loses_an_event() => SuiteRun.FailsAloneAsync(
        () => new KvstoreTwin.Suite(() => new FaultyKvstore(new KvstoreTwin(), new FaultPlan(Fault.On(FaultKind.LosesOne, nameof(IKvstore.WatchAsync), 3)))),
        nameof(KvstoreConformance.A_watch_reports_what_exists_then_the_end_of_the_list_then_changes),
        "Modified a/1 did not come within 0.7 s. So far: \"Created a/1=x\", \"ListDone\".");

    [Fact]
    public Task A_watch_that_subscribes_after_its_list() => FailsAsync<SubscribesLate>(
        nameof(KvstoreConformance.A_watch_begun_while_others_write_loses_and_reorders_nothing),
        "its last state is never lost; with EveryRevision no change is left out.",
        "EveryRevision is claimed; the revisions told of: ",
        "the gap between reading the list and subscribing to changes");

    [Fact]
    public Task A_watch_that_ignores_its_token() => FailsAsync<Deaf>(
        nameof(KvstoreConformance.A_cancelled_watch_ends),
        "a watch still waits 0.7 s after its token was cancelled.",
        "[EnumeratorCancellation]");

    [Fact]
    public Task A_store_that_waits_for_slow_readers() => FailsAsync<WaitsForReaders>(
        nameof(KvstoreConformance.A_slow_reader_delays_only_itself),
        "300 commits did not end while a watch was not read.",
        "a bounded queue between writer and watch");

    private static Task FailsAsync<TTwin>(string test, params string[] texts)
        where TTwin : IKvstore, new() => SuiteRun.FailsAloneAsync(() => new KvstoreTwin.Suite(() => new TTwin()), test, texts);

    private sealed class ListsTwice : KvstoreTwin
    {
        public override async IAsyncEnumerable<KvEvent> WatchAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var happened in base.WatchAsync(prefix, cancellationToken))
            {
                yield return happened;
                if (happened.Kind == KvEventKind.ListDone)
                    yield return happened;
            }
        }
    }

    private sealed class SubscribesLate : KvstoreTwin
    {
        private const int BeforeGap = 10, AfterGap = 13;
        private readonly Dictionary<string, int> _writes = [];
        private readonly SemaphoreSlim _listed = new(0), _passed = new(0), _subscribed = new(0);

        public override async ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken)
        {
            // Three writes of each key k0, k1, ... fall between the list of its watch and the subscription, every time.
            if (operations is not [KvOperation.Put { Key: ['k', _] } put])
                return await base.CommitAsync(conditions, operations, cancellationToken);
            var number = _writes[put.Key] = _writes.GetValueOrDefault(put.Key) + 1;
            if (number == BeforeGap)
                await _listed.WaitAsync(cancellationToken);
            if (number == AfterGap)
            {
                _passed.Release();
                await _subscribed.WaitAsync(cancellationToken);
            }

            return await base.CommitAsync(conditions, operations, cancellationToken);
        }

        public override async IAsyncEnumerable<KvEvent> WatchAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            if (prefix is not ['k', _])
            {
                await foreach (var happened in base.WatchAsync(prefix, cancellationToken))
                    yield return happened;
                yield break;
            }

            foreach (var entry in await ListAsync(prefix, cancellationToken))
                yield return new(KvEventKind.Created, entry.Key, entry.Value, entry.Revision);
            yield return new(KvEventKind.ListDone, "", default, 0);
            _listed.Release();
            await _passed.WaitAsync(cancellationToken);
            var listing = true;
            await foreach (var happened in base.WatchAsync(prefix, cancellationToken))
            {
                if (!listing)
                    yield return happened;
                else if (happened.Kind == KvEventKind.ListDone)
                {
                    listing = false;
                    _subscribed.Release();
                }
            }
        }
    }

    private sealed class Deaf : KvstoreTwin
    {
        public override IAsyncEnumerable<KvEvent> WatchAsync(string prefix, CancellationToken cancellationToken) => new WithoutToken(base.WatchAsync(prefix, CancellationToken.None));

        private sealed class WithoutToken(IAsyncEnumerable<KvEvent> events) : IAsyncEnumerable<KvEvent>
        {
            public IAsyncEnumerator<KvEvent> GetAsyncEnumerator(CancellationToken cancellationToken) => events.GetAsyncEnumerator(CancellationToken.None);
        }
    }

    private sealed class WaitsForReaders : KvstoreTwin
    {
        private int _open, _read;

        public override async ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken)
        {
            if (_open > 0 && Interlocked.Decrement(ref _read) < -100)
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return await base.CommitAsync(conditions, operations, cancellationToken);
        }

        public override async IAsyncEnumerable<KvEvent> WatchAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            _open++;
            await foreach (var happened in base.WatchAsync(prefix, cancellationToken))
            {
                Interlocked.Increment(ref _read);
                yield return happened;
            }
        }
    }
}

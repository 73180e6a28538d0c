using Cilium.Framework.Conformance.Faults;
using Cilium.Framework.Conformance.Kvstore;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.Tests.Twins;

/// <summary>Stores with one defect each, and what their author is told.</summary>
public sealed class BrokenKvstoreTests
{
    [Fact]
    public Task A_store_that_ignores_its_conditions() => FailsAsync<IgnoresConditions>(
        nameof(KvstoreConformance.A_commit_is_carried_out_only_when_its_conditions_hold),
        "Promise: IKvstore.CommitAsync carries out all operations, or, when a condition does not hold, none.",
        "Seen:    the commit under KeyAbsent { Key = there } where only \"there\" exists at revision 1 succeeded: True instead of False.",
        "Look at: judge every condition before the first write, in the same transaction.");

    [Fact]
    public Task A_store_that_writes_before_it_judges() => FailsAsync<WritesFirst>(
        nameof(KvstoreConformance.A_commit_is_carried_out_only_when_its_conditions_hold),
        "Seen:    the keys after the commit under KeyAbsent { Key = there }: \"new\", \"there\" instead of \"there\".");

    [Fact]
    public Task A_store_whose_revisions_repeat() => FailsAsync<CountsPerKey>(
        nameof(KvstoreConformance.Every_write_gives_a_key_a_revision_that_it_never_had),
        "KvEntry.Revision grows with every write of the key, also when it was deleted in between.",
        "revision 1 came after 1, 2, 3.",
        "count commits of the whole store, not writes of a key");

    [Fact]
    public Task A_store_that_lists_in_the_order_of_UTF8() => FailsAsync<ListsByBytes>(
        nameof(KvstoreConformance.A_prefix_lists_its_keys_in_ordinal_order),
        "ListAsync(\"a/\")",
        "sort by string.CompareOrdinal; a store that orders by UTF-8 bytes differs");

    [Fact]
    public Task A_store_that_judges_an_empty_prefix_too_early() => FailsAsync<JudgesEarly>(
        nameof(KvstoreConformance.Of_many_who_ask_for_an_empty_prefix_exactly_one_succeeds),
        "commits that succeeded of 8 at once under PrefixEmpty(\"labels0/\"): 8 instead of 1.",
        "two nodes would give two numbers to one set of labels");

    [Fact]
    public Task A_store_that_accepts_everything() => FailsAsync<AcceptsEverything>(
        nameof(KvstoreConformance.What_breaks_a_limit_is_refused_and_nothing_changes),
        "no operation was accepted.",
        "check all operations before the first one is carried out");

    [Fact]
    public Task A_store_that_keeps_the_callers_buffer() => FailsAsync<KeepsBuffers>(
        nameof(KvstoreConformance.A_value_belongs_to_the_store),
        "the value after its caller re-used the buffer: \"AFTER!\" instead of \"before\".");

    [Fact]
    public Task A_store_that_forgets_when_it_is_closed() => SuiteRun.FailsAloneAsync(
        () => new KvstoreTwin.Suite(() => new KvstoreTwin(), () => new KvstoreTwin()),
        nameof(KvstoreConformance.Content_and_revisions_survive_closing),
        "the content after closing and opening: nothing instead of \"a=1\", \"b=2\".",
        "what StartAsync reads back");

    [Fact]
    public Task A_store_that_claims_to_be_shared() => FailsAsync<ClaimsShared>(
        nameof(KvstoreConformance.Another_node_sees_the_same_content),
        "Shared is claimed, but ConnectAnotherAsync gives null: nothing shows it.");

    [Fact]
    public Task A_store_that_hangs() => SuiteRun.FailsAloneAsync(
        () => new KvstoreTwin.Suite(() => new FaultyKvstore(new KvstoreTwin(), new FaultPlan(Fault.Always(FaultKind.Hangs, nameof(IKvstore.GetAsync))))),
        nameof(KvstoreConformance.A_key_that_does_not_exist_reads_as_null),
        "Promise: IKvstore.GetAsync: every call returns or throws.",
        "no answer within 0.7 s.",
        "a lock that is never released");

    [Fact]
    public Task A_status_that_throws() => FailsAsync<ThrowingStatus>(
        nameof(KvstoreConformance.The_status_is_told_at_any_time),
        "IKvstore.GetStatusAsync never throws",
        "InvalidOperationException: no connection");

    private static Task FailsAsync<TTwin>(string test, params string[] texts)
        where TTwin : IKvstore, new() => SuiteRun.FailsAloneAsync(() => new KvstoreTwin.Suite(() => new TTwin()), test, texts);

    private sealed class IgnoresConditions : KvstoreTwin
    {
        public override ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken) =>
            base.CommitAsync([], operations, cancellationToken);
    }

    private sealed class WritesFirst : KvstoreTwin
    {
        public override async ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken)
        {
            var result = await base.CommitAsync(conditions, operations, cancellationToken);
            if (!result.Succeeded)
                await base.CommitAsync([], [operations[0]], cancellationToken);
            return result;
        }
    }

    private sealed class CountsPerKey : KvstoreTwin
    {
        private readonly Dictionary<string, ulong> _writes = [];

        public override async ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken)
        {
            var result = await base.CommitAsync(conditions, operations, cancellationToken);
            lock (_writes)
            {
                if (operations[0] is KvOperation.Delete delete)
                    _writes.Remove(delete.Key);
                return operations[0] is KvOperation.Put put ? result with { Revision = _writes[put.Key] = _writes.GetValueOrDefault(put.Key) + 1 } : result;
            }
        }
    }

    private sealed class ListsByBytes : KvstoreTwin
    {
        public override async ValueTask<IReadOnlyList<KvEntry>> ListAsync(string prefix, CancellationToken cancellationToken) =>
            [.. (await base.ListAsync(prefix, cancellationToken)).OrderBy(entry => Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(entry.Key)), StringComparer.Ordinal)];
    }

    private sealed class JudgesEarly : KvstoreTwin
    {
        private readonly SemaphoreSlim _meeting = new(0);
        private int _waiting;

        public override async ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken)
        {
            if (conditions is not [KvCondition.PrefixEmpty { Prefix: ['l', ..] } empty])
                return await base.CommitAsync(conditions, operations, cancellationToken);
            if ((await ListAsync(empty.Prefix, cancellationToken)).Count > 0)
                return default;
            // All eight have looked before the first one writes: the worst case, every time.
            if (Interlocked.Increment(ref _waiting) % 8 == 0)
                _meeting.Release(8);
            await _meeting.WaitAsync(cancellationToken);
            return await base.CommitAsync([], operations, cancellationToken);
        }
    }

    private sealed class AcceptsEverything : KvstoreTwin
    {
        public override async ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken)
        {
            try
            {
                return await base.CommitAsync(conditions, operations, cancellationToken);
            }
            catch (Errors.CiliumException)
            {
                return new(true, 1);
            }
        }
    }

    private sealed class KeepsBuffers : KvstoreTwin
    {
        private readonly Dictionary<string, ReadOnlyMemory<byte>> _values = [];

        public override async ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken)
        {
            var result = await base.CommitAsync(conditions, operations, cancellationToken);
            lock (_values)
            {
                foreach (var put in operations.OfType<KvOperation.Put>())
                    _values[put.Key] = put.Value;
            }

            return result;
        }

        public override async ValueTask<KvEntry?> GetAsync(string key, CancellationToken cancellationToken) =>
            await base.GetAsync(key, cancellationToken) is { } entry ? entry with { Value = _values[key] } : null;
    }

    private sealed class ClaimsShared : KvstoreTwin
    {
        public override KvstoreCapabilities Capabilities => KvstoreCapabilities.Shared;
    }

    private sealed class ThrowingStatus : KvstoreTwin
    {
        public override ValueTask<KvstoreStatus> GetStatusAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("no connection");
    }
}

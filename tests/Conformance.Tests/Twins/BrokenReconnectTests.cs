using Cilium.Framework.Conformance.Kvstore;
using Cilium.Framework.Conformance.References;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.Tests.Twins;

/// <summary>Stores that get over an outage with one defect each, and what their author is told.</summary>
public sealed class BrokenReconnectTests
{
    [Fact]
    public async Task A_store_that_gets_over_it_well_passes()
    {
        var failure = await Record.ExceptionAsync(() => FailsAsync((content, server) => new ReconnectingTwin(content, server)));
        Assert.Equal($"{nameof(KvstoreConformance.Nothing_is_lost_when_the_server_is_killed_and_started_again)} passes.", failure?.Message);
    }

    [Fact]
    public Task A_watch_that_ends_its_list_again() => FailsAsync(
        (content, server) => new ListsAgain(content, server),
        "ListDone comes once",
        "ListDone came 2 times.");

    [Fact]
    public Task A_watch_that_loses_deletions() => FailsAsync(
        (content, server) => new LosesDeletions(content, server),
        "5 s after the last write a watch believes in",
        "fault/passing",
        "by a new list that is compared with what was reported");

    [Fact]
    public Task A_watch_that_invents_deletions() => FailsAsync(
        (content, server) => new InventsDeletions(content, server),
        "was reported, which was deleted at most 0 times.");

    [Fact]
    public Task A_watch_that_reports_everything_again() => FailsAsync(
        (content, server) => new ReportsAgain(content, server),
        "the kind of the event that reports fault/",
        "Created instead of Modified");

    [Fact]
    public Task A_watch_that_breaks_with_its_connection() => FailsAsync(
        (content, server) => new Breaks(content, server),
        "a watch threw CiliumException: the connection broke");

    [Fact]
    public Task A_store_that_throws_what_its_client_throws() => FailsAsync(
        (content, _) => new RawErrors(content),
        "a call threw InvalidOperationException: connection refused; when the store cannot be reached it throws CiliumException of kind Unavailable.");

    [Fact]
    public Task A_store_that_acknowledges_too_early() => FailsAsync(
        (content, server) => new AcknowledgesEarly(content, server),
        "was acknowledged last, and since then without an answer: nothing.");

    private static async Task FailsAsync(Func<MemoryKvstoreContent, CutServer, IKvstore> create, params string[] texts)
    {
        var content = new MemoryKvstoreContent();
        using var server = new CutServer(new MemoryStoreServer(content, members: 1));
        await SuiteRun.FailsAloneAsync(() => new KvstoreTwin.Suite(() => create(content, server), server: server),
            nameof(KvstoreConformance.Nothing_is_lost_when_the_server_is_killed_and_started_again), texts);
    }

    private sealed class ListsAgain(MemoryKvstoreContent content, CutServer server) : ReconnectingTwin(content, server)
    {
        protected override IEnumerable<KvEvent> Reconnected(IReadOnlyDictionary<string, ulong> told, IReadOnlyList<KvEvent> list) => base.Reconnected(told, list).Append(list[^1]);
    }

    private sealed class LosesDeletions(MemoryKvstoreContent content, CutServer server) : ReconnectingTwin(content, server)
    {
        protected override IEnumerable<KvEvent> Reconnected(IReadOnlyDictionary<string, ulong> told, IReadOnlyList<KvEvent> list) =>
            base.Reconnected(told, list).Where(happened => happened.Kind != KvEventKind.Deleted || !happened.Key.StartsWith("fault/passing", StringComparison.Ordinal));
    }

    private sealed class InventsDeletions(MemoryKvstoreContent content, CutServer server) : ReconnectingTwin(content, server)
    {
        protected override IEnumerable<KvEvent> Reconnected(IReadOnlyDictionary<string, ulong> told, IReadOnlyList<KvEvent> list) =>
            [.. told.Keys.OrderDescending(StringComparer.Ordinal).Select(key => new KvEvent(KvEventKind.Deleted, key, default, list[^1].Revision)), .. list.Where(happened => happened.Kind == KvEventKind.Created)];
    }

    private sealed class ReportsAgain(MemoryKvstoreContent content, CutServer server) : ReconnectingTwin(content, server)
    {
        protected override IEnumerable<KvEvent> Reconnected(IReadOnlyDictionary<string, ulong> told, IReadOnlyList<KvEvent> list) =>
            [.. base.Reconnected(told, list).Where(happened => happened.Kind == KvEventKind.Deleted), .. list.Where(happened => happened.Kind == KvEventKind.Created)];
    }

    private sealed class Breaks(MemoryKvstoreContent content, CutServer server) : ReconnectingTwin(content, server)
    {
        protected override IEnumerable<KvEvent> Reconnected(IReadOnlyDictionary<string, ulong> told, IReadOnlyList<KvEvent> list) =>
            throw new CiliumException(ErrorKind.Unavailable, "the connection broke");
    }

    private sealed class RawErrors(MemoryKvstoreContent content) : KvstoreTwin(new MemoryKvstore(content))
    {
        public override async ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken)
        {
            try
            {
                return await base.CommitAsync(conditions, operations, cancellationToken);
            }
            catch (CiliumException error) when (error.Kind == ErrorKind.Unavailable)
            {
                throw new InvalidOperationException("connection refused");
            }
        }
    }

    private sealed class AcknowledgesEarly(MemoryKvstoreContent content, CutServer server) : KvstoreTwin(new MemoryKvstore(content))
    {
        private readonly CancellationToken _first = server.Connection;
        private int _lost;

        public override async ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken)
        {
            var isLost = _first.IsCancellationRequested && conditions is [KvCondition.RevisionEquals] && Interlocked.Exchange(ref _lost, 1) == 0;
            return isLost ? new(true, ulong.MaxValue / 2) : await base.CommitAsync(conditions, operations, cancellationToken);
        }
    }
}

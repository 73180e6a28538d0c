using System.Collections.Concurrent;
using Cilium.Framework.Conformance.Kvstore;
using Cilium.Framework.Conformance.References;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.Tests.Twins;

/// <summary>Stores whose leases, or the locks over them, have one defect each, and what their author is told.</summary>
public sealed class BrokenLeaseTests
{
    [Fact]
    public Task A_lease_that_never_runs_out() => FailsAsync<NeverRunsOut>(
        nameof(KvstoreConformance.Keys_live_as_long_as_the_holder_of_their_lease_and_not_longer),
        "a dead holder's keys are gone after Limits.LongestExpiry",
        "key \"stays\" is still there 5 s after its lease of 00:00:01 was left alone; LongestExpiry is 3 s.");

    [Fact]
    public Task A_lease_that_is_not_renewed() => FailsAsync<NotRenewed>(
        nameof(KvstoreConformance.Keys_live_as_long_as_the_holder_of_their_lease_and_not_longer),
        "a key vanished while its lease of 00:00:01 was held and not lost.",
        "the renewal (it must run until the lease is disposed");

    [Fact]
    public Task A_lease_that_is_revoked_by_its_disposal() => FailsAsync<RevokedByDisposal>(
        nameof(KvstoreConformance.Keys_live_as_long_as_the_holder_of_their_lease_and_not_longer),
        "a key vanished when its lease was disposed, before it ran out.");

    [Fact]
    public Task A_lease_that_takes_keys_along_that_left_it() => FailsAsync<TakesKeysAlong>(
        nameof(KvstoreConformance.A_key_that_left_its_lease_does_not_end_with_it),
        "key \"again\", which was deleted and created again without a lease, is gone after the lease that it had before was revoked.",
        "every Put and Delete takes the key off the lease that it had");

    [Fact]
    public Task A_lease_whose_loss_is_told_to_nobody() => FailsAsync<NeverLost>(
        nameof(KvstoreConformance.Whoever_holds_a_lease_learns_that_it_is_gone),
        "Lost of a lease of 00:00:01 is not cancelled 0.7 s after it was revoked.");

    [Fact]
    public Task A_lease_that_is_held_on_to_while_its_server_is_away()
    {
        var content = new MemoryKvstoreContent();
        var server = new MemoryStoreServer(content, members: 1);
        return SuiteRun.FailsAloneAsync(() => new KvstoreTwin.Suite(() => new NeverLost(new MemoryKvstore(content)), server: server),
            nameof(KvstoreConformance.A_lease_that_cannot_be_renewed_for_its_whole_time_is_lost),
            "Lost of a lease of 00:00:01 is not cancelled 3.7 s after its server was held.",
            "it has to count from its last success");
    }

    [Fact]
    public Task A_store_that_takes_writes_with_a_lost_lease() => FailsAsync<TakesAnyLease>(
        nameof(KvstoreConformance.A_write_with_a_lost_lease_is_refused_and_changes_nothing),
        "CommitAsync throws CiliumException of kind Conflict when a lease is lost",
        "a commit with a lease that was revoked was accepted.");

    [Fact]
    public Task A_store_that_takes_leases_of_others() => FailsAsync<TakesAnyLease>(
        nameof(KvstoreConformance.A_lease_of_another_store_is_refused),
        "a commit with a lease of another store was accepted.");

    [Fact]
    public Task A_store_that_writes_before_it_looks_at_leases() => FailsAsync<WritesBeforeLeases>(
        nameof(KvstoreConformance.A_write_with_a_lost_lease_is_refused_and_changes_nothing),
        "the content after a commit with a lease that was revoked was refused: \"free=x\" instead of nothing.");

    [Fact]
    public Task A_revocation_that_forgets_keys() => FailsAsync<AttachesOne>(
        nameof(KvstoreConformance.Revoking_a_lease_deletes_its_keys_at_once),
        "the keys after the lease of a, b and c was revoked: \"b=0\", \"free=0\" instead of \"free=0\".");

    [Fact]
    public Task A_store_that_revokes_when_it_is_disposed()
    {
        var content = new MemoryKvstoreContent();
        return SuiteRun.FailsAloneAsync(() => new KvstoreTwin.Suite(() => new RevokesOnDisposal(content), () => new MemoryKvstore(content)),
            nameof(KvstoreConformance.A_node_that_starts_again_in_time_takes_its_keys_over),
            "the content right after a node that did not revoke its lease was started again: nothing instead of \"forgotten=1\", \"kept=1\".",
            "IKvstore.DisposeAsync must stop the renewal without revoking");
    }

    [Fact]
    public Task A_store_whose_leases_die_with_its_process()
    {
        var content = new MemoryKvstoreContent();
        return SuiteRun.FailsAloneAsync(() => new KvstoreTwin.Suite(() => new NeverRunsOut(new MemoryKvstore(content)), () => new MemoryKvstore(content)),
            nameof(KvstoreConformance.A_node_that_starts_again_in_time_takes_its_keys_over),
            "key \"forgotten\" is still there 5 s after its lease of 00:00:01 was left alone",
            "what is known of a lease must outlive the process");
    }

    [Fact]
    public Task A_lease_that_is_shorter_than_asked_for() => FailsAsync<ShortLeases>(
        nameof(KvstoreConformance.A_lease_is_granted_within_the_limits),
        "00:00:02.5000000 was asked for, 00:00:01 was granted instead of 00:00:02.5000000 (or up to a second more).");

    [Fact]
    public Task A_lock_that_two_can_hold() => FailsAsync<SharedLock>(
        nameof(KvstoreConformance.Of_many_who_want_a_lock_one_has_it),
        "Promise: KvLock over IKvstore: one holder at a time",
        "KvCondition.KeyAbsent and the write must be one step");

    [Fact]
    public Task Limits_that_are_too_narrow() => FailsAsync<Narrow>(
        nameof(KvstoreConformance.A_store_accepts_no_less_than_every_store_does),
        "MaxOperations is 63; every store has 64 or allows more.");

    private static Task FailsAsync<TTwin>(string test, params string[] texts)
        where TTwin : IKvstore, new() => SuiteRun.FailsAloneAsync(() => new KvstoreTwin.Suite(() => new TTwin()), test, texts);

    /// <summary>A store whose leases have the defect.</summary>
    private abstract class LeaseTwin(IKvstore inner, Func<IKvLease, TwinLease> wrap) : KvstoreTwin(inner)
    {
        public override async ValueTask<IKvLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken) => wrap(await base.GrantLeaseAsync(timeToLive, cancellationToken));
    }

    private sealed class NeverRunsOut(IKvstore inner) : LeaseTwin(inner, lease => new Kept(lease))
    {
        public NeverRunsOut()
            : this(new MemoryKvstore())
        {
        }

        // Its disposal would let the leases run out.
        protected override ValueTask CloseAsync() => default;

        private sealed class Kept(IKvLease inner) : TwinLease(inner)
        {
            protected override ValueTask LeaveAsync() => default;
        }
    }

    private sealed class NotRenewed : KvstoreTwin
    {
        public override async ValueTask<IKvLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
        {
            var lease = await base.GrantLeaseAsync(timeToLive, cancellationToken);
            await lease.DisposeAsync();
            return lease;
        }
    }

    private sealed class RevokedByDisposal() : LeaseTwin(new MemoryKvstore(), lease => new Revoked(lease))
    {
        private sealed class Revoked(IKvLease inner) : TwinLease(inner)
        {
            protected override ValueTask LeaveAsync() => Inner.RevokeAsync(CancellationToken.None);
        }
    }

    private sealed class NeverLost(IKvstore inner) : LeaseTwin(inner, lease => new Silent(lease))
    {
        public NeverLost()
            : this(new MemoryKvstore())
        {
        }

        private sealed class Silent(IKvLease inner) : TwinLease(inner)
        {
            public override CancellationToken Lost => CancellationToken.None;
        }
    }

    private sealed class TakesKeysAlong : KvstoreTwin
    {
        private readonly ConcurrentDictionary<string, IKvLease> _ever = new();

        public override ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken)
        {
            foreach (var put in operations.OfType<KvOperation.Put>().Where(put => put.Lease is not null))
                _ever[put.Key] = put.Lease!;
            return base.CommitAsync(conditions, operations, cancellationToken);
        }

        public override async ValueTask<IKvLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken) => new Greedy(this, await base.GrantLeaseAsync(timeToLive, cancellationToken));

        private sealed class Greedy(TakesKeysAlong store, IKvLease inner) : TwinLease(inner)
        {
            public override async ValueTask RevokeAsync(CancellationToken cancellationToken)
            {
                await base.RevokeAsync(cancellationToken);
                foreach (var key in store._ever.Where(pair => pair.Value == this).Select(pair => pair.Key))
                    await store.CommitAsync([], [new KvOperation.Delete(key)], cancellationToken);
            }
        }
    }

    private sealed class TakesAnyLease : KvstoreTwin
    {
        public override async ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken)
        {
            try
            {
                return await base.CommitAsync(conditions, operations, cancellationToken);
            }
            catch (CiliumException error) when (error.Kind == ErrorKind.Conflict)
            {
                return await base.CommitAsync(conditions, [.. operations.Select(operation => operation is KvOperation.Put put ? put with { Lease = null } : operation)], cancellationToken);
            }
        }
    }

    private sealed class WritesBeforeLeases : KvstoreTwin
    {
        public override async ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken)
        {
            if (operations is [KvOperation.Put { Lease: null } first, KvOperation.Put { Lease: not null } second])
            {
                await base.CommitAsync(conditions, [first], cancellationToken);
                return await base.CommitAsync([], [second], cancellationToken);
            }

            return await base.CommitAsync(conditions, operations, cancellationToken);
        }
    }

    private sealed class AttachesOne : KvstoreTwin
    {
        public override ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken) =>
            base.CommitAsync(conditions, [.. operations.Select((operation, index) => index > 0 && operation is KvOperation.Put put ? put with { Lease = null } : operation)], cancellationToken);
    }

    private sealed class RevokesOnDisposal(MemoryKvstoreContent content) : KvstoreTwin(new MemoryKvstore(content))
    {
        private readonly ConcurrentBag<IKvLease> _leases = [];

        public override async ValueTask<IKvLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
        {
            var lease = await base.GrantLeaseAsync(timeToLive, cancellationToken);
            _leases.Add(lease);
            return lease;
        }

        protected override async ValueTask CloseAsync()
        {
            foreach (var lease in _leases)
                await lease.RevokeAsync(CancellationToken.None);
            await base.CloseAsync();
        }
    }

    private sealed class ShortLeases : KvstoreTwin
    {
        public override ValueTask<IKvLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken) => base.GrantLeaseAsync(Limits.MinTimeToLive, cancellationToken);
    }

    private sealed class SharedLock : KvstoreTwin
    {
        public override ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken) =>
            base.CommitAsync(conditions is [KvCondition.KeyAbsent] ? [] : conditions, operations, cancellationToken);
    }

    private sealed class Narrow : KvstoreTwin
    {
        public override KvstoreLimits Limits => base.Limits with { MaxOperations = 63 };
    }
}

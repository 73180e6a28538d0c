using Cilium.Framework.Endpoints;
using Cilium.Framework.Errors;
using Cilium.Framework.Identities;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;
using Cilium.Framework.State;
using Cilium.Framework.Tables;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Cilium.Framework.Core.Tests.Identities;

public sealed class IdentityClaimsTests : IAsyncDisposable
{
    private static readonly LabelSet Web = LabelSet.Parse("k8s:app=web");
    private static readonly LabelSet Db = LabelSet.Parse("k8s:app=db");
    private static readonly LabelSet Init = IdentityClaims.Claimed(LabelSet.Empty);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly JumpingClock _clock;
    private readonly FakeStore _store = new();
    private readonly Numbers _numbers = new();
    private readonly InUse _inUse = new();
    private readonly Table<ushort, EndpointRequest> _requests = new("endpoint-requests", row => row.Id);
    private readonly Table<LabelSet, IdentityClaimRow> _claims = new("identity-claims", row => row.Labels);
    private readonly CancellationTokenSource _stop = new();
    private readonly StateDirectory _state;
    private readonly IdentityStateFile _file;
    private readonly Table<NumericIdentity, StoredIdentityRow> _stored = new("kv-identities", row => row.Id);
    private TableSource? _listing;
    private Task _running = Task.CompletedTask;

    public IdentityClaimsTests()
    {
        _clock = new(_time);
        _state = StateDirectory.Open(_folder["state"]);
        _file = new IdentityStateFile(new StateFile<IdentityState>(_state, "identities.json", IdentityStateJson.Default.IdentityState));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);
        _stop.Dispose();
        _state.Dispose();
        _folder.Dispose();
    }

    private void Start(IdentityState? before = null, bool isListed = true)
    {
        if (before is not null)
            _file.Change(_ => before);
        var allocator = _numbers.Allocator(_store, out var lease, time: _clock);
        var start = new FirstAllocation(_stored, _stored, TimeSpan.Zero, _clock);
        var claims = new IdentityClaims(new ReservedIdentities(new Dictionary<uint, string> { [128] = "kv-store" }), allocator, lease, _stored, start, _requests, _inUse, _claims, _file, _clock, NullLogger.Instance);
        claims.Restore(_file.Load());
        _requests.RegisterSource("state").ListDone();
        _listing = _stored.RegisterSource("kvstore");
        if (isListed)
            _listing.ListDone();
        _running = Task.WhenAll(start.RunAsync(_stop.Token), claims.RunAsync(_stop.Token));
    }

    private void Need(ushort id, LabelSet labels) => _requests.Upsert(new EndpointRequest
    {
        Id = id, Device = $"lxc{id}", IfIndex = id, Mac = new(1), HostMac = new(2), Labels = labels, IdentityLabels = labels,
    });

    private NumericIdentity? IdOf(LabelSet labels) => _claims[labels]?.Id;

    private Task HasNumber(LabelSet labels) => Eventually.TrueAsync(() => IdOf(labels) is not null, $"{labels} has a number; it says: {_claims[labels]?.Error}");

    /// <summary>The part of the store that is about a label set hangs, or all of it.</summary>
    private void Hang(string about = "") => _store.Before = (key, ct) => key.Contains(about, StringComparison.Ordinal) ? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct) : Task.CompletedTask;

    [Fact]
    public async Task A_fixed_number_does_not_wait_for_a_store_that_hangs()
    {
        Hang();
        Need(1, Web);
        Start();
        await Eventually.TrueAsync(() => _store.Calls > 0, "the store was asked");
        Need(2, LabelSet.Empty);
        await HasNumber(Init);
        Assert.Equal((NumericIdentity.Init, null), (IdOf(Init)!.Value, IdOf(Web)));
    }

    [Fact]
    public async Task A_call_that_hangs_ends_by_its_deadline_and_the_claim_says_so()
    {
        Hang();
        Need(1, Web);
        Start();
        await Eventually.TrueAsync(() => _store.Calls > 0, "the store was asked");
        _time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.Null(_claims[Web]);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        await Eventually.TrueAsync(() => _claims[Web]?.Error == "the store did not answer within 5 s. It is tried again.", "the claim says why it waits");
        _store.Before = (_, _) => Task.CompletedTask;
        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(100));
                return IdOf(Web) is not null;
            },
            "it is tried again");
    }

    [Fact]
    public async Task Labels_whose_number_hangs_hold_no_other_back()
    {
        Hang("app=web");
        Need(1, Web);
        Start();
        await Eventually.TrueAsync(() => _store.Calls > 0, "the store was asked");
        Need(2, Db);
        await HasNumber(Db);
        Assert.Null(IdOf(Web));
    }

    [Fact]
    public async Task More_label_sets_than_calls_at_once_do_not_keep_others_waiting_for_ever()
    {
        Hang("hangs");
        for (ushort i = 1; i <= 40; i++)
            Need(i, LabelSet.Parse($"k8s:hangs=yes{i}"));
        Start();
        Need(100, Db);
        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return IdOf(Db) is not null;
            },
            "the set whose store answers has its number");
    }

    [Fact]
    public async Task Numbers_of_an_earlier_process_are_there_before_the_store_answers()
    {
        Hang();
        Need(1, Web);
        Start(IdentityState.Empty with { Claims = new Dictionary<string, uint> { [Web.ToKey()] = 1001 } });
        Assert.Equal(new NumericIdentity(1001), IdOf(Web));
        _store.Before = (_, _) => Task.CompletedTask;
        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return _store.Value(IdentityKeys.Plain.Use(Web, "10.0.0.1")) == "1001";
            },
            "its keys are written again");
    }

    [Fact]
    public async Task A_number_is_released_when_no_address_resolves_to_it_any_more()
    {
        Need(1, Web);
        Start();
        await HasNumber(Web);
        var id = IdOf(Web)!.Value;
        _inUse.Ids.Add(id);
        _requests.Remove(1);
        Need(2, Db);
        await HasNumber(Db);
        Assert.Equal(id, IdOf(Web));
        _inUse.Release(id);
        await Eventually.TrueAsync(() => _claims[Web] is null, "the claim is withdrawn");
        Assert.DoesNotContain(IdentityKeys.Plain.Use(Web, "10.0.0.1"), _store.Keys);
        Assert.DoesNotContain("web", await File.ReadAllTextAsync(Path.Combine(_state.Path, "identities.json"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_release_of_which_nobody_knows_whether_it_was_done_is_made_good_when_the_labels_come_back()
    {
        Need(1, Web);
        Start();
        await HasNumber(Web);
        _store.AfterCommit = keys => keys == IdentityKeys.Plain.Use(Web, "10.0.0.1") ? throw new CiliumException(ErrorKind.Unavailable, "gone") : Task.CompletedTask;
        _requests.Remove(1);
        await Eventually.TrueAsync(() => _store.Value(IdentityKeys.Plain.Use(Web, "10.0.0.1")) is null, "the use is withdrawn, unacknowledged");
        Need(1, Web);
        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return _store.Value(IdentityKeys.Plain.Use(Web, "10.0.0.1")) == $"{IdOf(Web)}";
            },
            "the use is in the store again");
    }

    [Fact]
    public async Task Uses_under_a_former_name_go_after_those_under_the_present_one_are_written()
    {
        _store.Number(1001, "k8s:app=web");
        _store.Use("k8s:app=web", "10.244.0.1", "1001");
        Need(1, Web);
        var written = false;
        _store.AfterCommit = keys =>
        {
            written |= keys.Contains(IdentityKeys.Plain.Use(Web, "10.0.0.1"), StringComparison.Ordinal);
            Assert.True(written || !keys.Contains("10.244.0.1", StringComparison.Ordinal));
            return Task.CompletedTask;
        };
        Start(IdentityState.Empty with { Claims = new Dictionary<string, uint> { [Web.ToKey()] = 1001 }, Node = "10.0.0.1", FormerNodes = ["10.244.0.1"] });
        await Eventually.TrueAsync(() => !_store.Keys.Any(key => key.EndsWith("10.244.0.1", StringComparison.Ordinal)), "uses under the former name are gone");
        Assert.Equal([IdentityKeys.Number(new(1001)), IdentityKeys.Plain.Use(Web, "10.0.0.1")], _store.Keys);
        await Eventually.TrueAsync(() => _file.Load().FormerNodes is null, "the former name is forgotten");
    }

    [Fact]
    public async Task A_use_that_somebody_has_deleted_is_back_within_a_minute()
    {
        Need(1, Web);
        Start();
        await HasNumber(Web);
        _store.Remove(IdentityKeys.Plain.Use(Web, "10.0.0.1"));
        _time.Advance(TimeSpan.FromSeconds(61));
        await Eventually.TrueAsync(() => _store.Value(IdentityKeys.Plain.Use(Web, "10.0.0.1")) == $"{IdOf(Web)}", "the use is back");
    }

    [Fact]
    public async Task A_clock_that_is_set_neither_hastens_nor_stops_the_confirmation()
    {
        Need(1, Web);
        Start();
        await HasNumber(Web);
        var calls = _store.Calls;
        _store.Remove(IdentityKeys.Plain.Use(Web, "10.0.0.1"));
        _clock.Jump(TimeSpan.FromHours(100_000));
        Need(2, Db);
        await HasNumber(Db);
        Assert.Null(_store.Value(IdentityKeys.Plain.Use(Web, "10.0.0.1")));
        _clock.Jump(TimeSpan.FromHours(-200_000));
        _time.Advance(TimeSpan.FromSeconds(61));
        await Eventually.TrueAsync(() => _store.Value(IdentityKeys.Plain.Use(Web, "10.0.0.1")) is not null, "the use is back");
        Assert.True(_store.Calls > calls);
    }

    [Fact]
    public async Task A_number_in_use_that_vanishes_from_the_store_is_written_again_at_once_with_its_number()
    {
        Need(1, Web);
        Start();
        await HasNumber(Web);
        var id = IdOf(Web)!.Value;
        foreach (var key in _store.Keys)
            _store.Remove(key);
        _stored.Upsert(new StoredIdentityRow(id, Web, Revision: 0));
        await Eventually.TrueAsync(() => _store.Keys.Count == 2, "number and use are back");
        Assert.Equal((id, "k8s:app=web;"), (IdOf(Web)!.Value, _store.Value(IdentityKeys.Number(id))));
    }

    [Fact]
    public async Task A_fixed_identity_needs_no_store_and_one_that_is_not_fixed_says_so()
    {
        Hang();
        var (fixedOne, nobody) = (LabelSet.Parse("reserved:kv-store"), LabelSet.Parse("reserved:nobody"));
        Need(1, fixedOne);
        Need(2, nobody);
        Start(isListed: false);
        await HasNumber(fixedOne);
        Assert.Equal(new NumericIdentity(128), IdOf(fixedOne));
        Assert.Equal("reserved:nobody has no number. Accepted in io.cilium.fixed-identity: kv-store (setting identities.fixed)", _claims[nobody]?.Error);
    }

    [Fact]
    public async Task No_new_number_is_asked_for_before_the_store_was_seen()
    {
        Need(1, Web);
        Need(2, LabelSet.Empty);
        Start(isListed: false);
        await HasNumber(Init);
        Assert.Equal((0, null), (_store.Keys.Count, IdOf(Web)));
        _listing!.ListDone();
        await HasNumber(Web);
    }

    [Fact]
    public async Task Nothing_but_numbers_of_workloads_comes_into_the_store()
    {
        Need(1, LabelSet.Empty);
        Need(2, Web);
        Start();
        await HasNumber(Web);
        await HasNumber(Init);
        Assert.Equal([IdentityKeys.Number(IdOf(Web)!.Value), IdentityKeys.Plain.Use(Web, "10.0.0.1")], _store.Keys);
    }
}

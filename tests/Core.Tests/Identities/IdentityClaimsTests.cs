using Cilium.Framework.Identities;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.Tests.Identities;

/// <summary>Who gets a number, when, and until when.</summary>
public sealed class IdentityClaimsTests : ClaimsFixture
{
    [Fact]
    public async Task A_fixed_number_does_not_wait_for_a_store_that_hangs()
    {
        Hang();
        Need(1, Web);
        Start();
        await Eventually.TrueAsync(() => Store.Calls > 0, "the store was asked");
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
        await Eventually.TrueAsync(() => Store.Calls > 0, "the store was asked");
        Time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.Null(Claims[Web]);
        Time.Advance(TimeSpan.FromSeconds(0.1));
        await Eventually.TrueAsync(() => Claims[Web]?.Error == "the store did not answer within 5 s. It is tried again.", "the claim says why it waits");
        Store.Before = (_, _) => Task.CompletedTask;
        await Eventually.TrueAsync(
            () =>
            {
                Time.Advance(TimeSpan.FromMilliseconds(100));
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
        await Eventually.TrueAsync(() => Store.Calls > 0, "the store was asked");
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
                Time.Advance(TimeSpan.FromSeconds(1));
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
        Store.Before = (_, _) => Task.CompletedTask;
        await Eventually.TrueAsync(
            () =>
            {
                Time.Advance(TimeSpan.FromSeconds(1));
                return Store.Value(IdentityKeys.Plain.Use(Web, "10.0.0.1")) == "1001";
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
        InUseHere.Ids.Add(id);
        Requests.Remove(1);
        Need(2, Db);
        await HasNumber(Db);
        Assert.Equal(id, IdOf(Web));
        InUseHere.Release(id);
        await Eventually.TrueAsync(() => Claims[Web] is null, "the claim is withdrawn");
        Assert.DoesNotContain(IdentityKeys.Plain.Use(Web, "10.0.0.1"), Store.Keys);
        Assert.DoesNotContain("web", await File.ReadAllTextAsync(Path.Combine(StateFolder.Path, "identities.json"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
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
        Assert.Equal("reserved:nobody has no number. Accepted in io.cilium.fixed-identity: kv-store (setting identities.fixed)", Claims[nobody]?.Error);
    }

    [Fact]
    public async Task No_new_number_is_asked_for_before_the_store_was_seen()
    {
        Need(1, Web);
        Need(2, LabelSet.Empty);
        Start(isListed: false);
        await HasNumber(Init);
        Assert.Equal((0, null), (Store.Keys.Count, IdOf(Web)));
        Listing!.ListDone();
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
        Assert.Equal([IdentityKeys.Number(IdOf(Web)!.Value), IdentityKeys.Plain.Use(Web, "10.0.0.1")], Store.Keys);
    }
}

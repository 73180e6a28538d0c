using Cilium.Framework.Errors;
using Cilium.Framework.Identities;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.Tests.Identities;

/// <summary>What this node has in the store is there again when it should be, and gone when it should be.</summary>
public sealed class IdentityConfirmationTests : ClaimsFixture
{
    [Fact]
    public async Task A_release_of_which_nobody_knows_whether_it_was_done_is_made_good_when_the_labels_come_back()
    {
        Need(1, Web);
        Start();
        await HasNumber(Web);
        Store.AfterCommit = keys => keys == IdentityKeys.Plain.Use(Web, "10.0.0.1") ? throw new CiliumException(ErrorKind.Unavailable, "gone") : Task.CompletedTask;
        Requests.Remove(1);
        await Eventually.TrueAsync(() => Store.Value(IdentityKeys.Plain.Use(Web, "10.0.0.1")) is null, "the use is withdrawn, unacknowledged");
        Need(1, Web);
        await Eventually.TrueAsync(
            () =>
            {
                Time.Advance(TimeSpan.FromSeconds(1));
                return Store.Value(IdentityKeys.Plain.Use(Web, "10.0.0.1")) == $"{IdOf(Web)}";
            },
            "the use is in the store again");
    }

    [Fact]
    public async Task Labels_that_are_needed_again_while_their_number_is_released_keep_it()
    {
        Need(1, Web);
        Start();
        await HasNumber(Web);
        var (number, asked, answered) = (IdOf(Web), new TaskCompletionSource(), new TaskCompletionSource());
        Store.AfterCommit = keys =>
        {
            asked.TrySetResult();
            return keys == IdentityKeys.Plain.Use(Web, "10.0.0.1") ? answered.Task : Task.CompletedTask;
        };
        Requests.Remove(1);
        await asked.Task;
        Need(2, Web);
        Assert.Equal(number, IdOf(Web));
        answered.SetResult();
        await Eventually.TrueAsync(() => Store.Value(IdentityKeys.Plain.Use(Web, "10.0.0.1")) == $"{number}", "the use is written again");
        Assert.Equal(number, IdOf(Web));
    }

    [Fact]
    public async Task Uses_under_a_former_name_go_after_those_under_the_present_one_are_written()
    {
        Store.Number(1001, "k8s:app=web");
        Store.Use("k8s:app=web", "10.244.0.1", "1001");
        Need(1, Web);
        var written = false;
        Store.AfterCommit = keys =>
        {
            written |= keys.Contains(IdentityKeys.Plain.Use(Web, "10.0.0.1"), StringComparison.Ordinal);
            Assert.True(written || !keys.Contains("10.244.0.1", StringComparison.Ordinal));
            return Task.CompletedTask;
        };
        Start(IdentityState.Empty with { Claims = new Dictionary<string, uint> { [Web.ToKey()] = 1001 }, Node = "10.0.0.1", FormerNodes = ["10.244.0.1"] });
        await Eventually.TrueAsync(() => !Store.Keys.Any(key => key.EndsWith("10.244.0.1", StringComparison.Ordinal)), "uses under the former name are gone");
        Assert.Equal([IdentityKeys.Number(new(1001)), IdentityKeys.Plain.Use(Web, "10.0.0.1")], Store.Keys);
        await Eventually.TrueAsync(() => IdentityFile.Load().FormerNodes is null, "the former name is forgotten");
    }

    [Fact]
    public async Task A_use_that_somebody_has_deleted_is_back_within_a_minute()
    {
        Need(1, Web);
        Start();
        await HasNumber(Web);
        Store.Remove(IdentityKeys.Plain.Use(Web, "10.0.0.1"));
        Time.Advance(TimeSpan.FromSeconds(61));
        await Eventually.TrueAsync(() => Store.Value(IdentityKeys.Plain.Use(Web, "10.0.0.1")) == $"{IdOf(Web)}", "the use is back");
    }

    [Fact]
    public async Task A_clock_that_is_set_neither_hastens_nor_stops_the_confirmation()
    {
        Need(1, Web);
        Start();
        await HasNumber(Web);
        var calls = Store.Calls;
        Store.Remove(IdentityKeys.Plain.Use(Web, "10.0.0.1"));
        Clock.Jump(TimeSpan.FromHours(100_000));
        Need(2, Db);
        await HasNumber(Db);
        Assert.Null(Store.Value(IdentityKeys.Plain.Use(Web, "10.0.0.1")));
        Clock.Jump(TimeSpan.FromHours(-200_000));
        Time.Advance(TimeSpan.FromSeconds(61));
        await Eventually.TrueAsync(() => Store.Value(IdentityKeys.Plain.Use(Web, "10.0.0.1")) is not null, "the use is back");
        Assert.True(Store.Calls > calls);
    }

    [Fact]
    public async Task A_number_in_use_that_vanishes_from_the_store_is_written_again_at_once_with_its_number()
    {
        Need(1, Web);
        Start();
        await HasNumber(Web);
        var id = IdOf(Web)!.Value;
        foreach (var key in Store.Keys)
            Store.Remove(key);
        Stored.Upsert(new StoredIdentityRow(id, Web, Revision: 0));
        await Eventually.TrueAsync(() => Store.Keys.Count == 2, "number and use are back");
        Assert.Equal((id, "k8s:app=web;"), (IdOf(Web)!.Value, Store.Value(IdentityKeys.Number(id))));
    }

    /// <summary>Who is late sees neither that the store lost a number nor that another node brought it back, only the second after the first.</summary>
    [Fact]
    public async Task A_number_that_another_node_has_brought_back_meanwhile_gets_this_nodes_use_again_at_once()
    {
        Need(1, Web);
        Start();
        await HasNumber(Web);
        var id = IdOf(Web)!.Value;
        Stored.Upsert(new StoredIdentityRow(id, Web, Revision: 7));
        Need(2, Db);
        await HasNumber(Db);

        Store.Remove(IdentityKeys.Plain.Use(Web, "10.0.0.1"));
        Stored.Upsert(new StoredIdentityRow(id, Web, Revision: 9));

        await Eventually.TrueAsync(() => Store.Value(IdentityKeys.Plain.Use(Web, "10.0.0.1")) == $"{id}", "the use is back");
    }

    /// <summary>The store lost everything, and who had not heard of the number yet gave the labels another one before this node looked.</summary>
    [Fact]
    public async Task Labels_that_got_another_number_after_a_loss_have_one_number_only()
    {
        Need(1, Web);
        Start();
        await HasNumber(Web);
        var lost = IdOf(Web)!.Value;
        foreach (var key in Store.Keys)
            Store.Remove(key);
        var other = new NumericIdentity(lost.Value == 4001 ? 4002u : 4001u);
        Store.Number(other.Value, "k8s:app=web");
        Store.Use("k8s:app=web", "10.0.0.9", $"{other}");

        Stored.Upsert(new StoredIdentityRow(lost, Web, Revision: 0));

        await Eventually.TrueAsync(() => Store.Value(IdentityKeys.Plain.Use(Web, "10.0.0.1")) is not null, "the use is written again");
        Assert.Equal($"{other}", Store.Value(IdentityKeys.Plain.Use(Web, "10.0.0.1")));
        Assert.Null(Store.Value(IdentityKeys.Number(lost)));
        await Eventually.TrueAsync(() => IdOf(Web) == other, "the claim has the number that the labels have");
    }
}

using Cilium.Framework.Lab.Servers;

namespace Cilium.Framework.EndToEnd.Tests.Stores.Faults;

/// <summary>What judges the fault run sees every kind of mix-up in histories that are made up.</summary>
public sealed class AllocationTests
{
    private const string Web = "k8s:app=web;", Db = "k8s:app=db;";

    private static readonly EtcdChange[] WebOnTwoNodes = [Number(2, 1001, Web), Use(2, Web, "a", 1001), Use(3, Web, "b", 1001)];

    [Fact]
    public void A_history_with_wipe_release_and_collection_in_which_all_is_well_has_no_complaint()
    {
        var stored = new StoredAllocations(
        [
            .. WebOnTwoNodes, Number(4, 1002, Db), Use(4, Db, "a", 1002), new(4, "cilium/state/nodes/v1/default/a", "{}"),
            Gone(5, "id/1001"), Gone(5, $"value/{Web}/a"), Gone(5, $"value/{Web}/b"), Gone(5, "id/1002"), Gone(5, $"value/{Db}/a"),
            Use(6, Web, "b", 1001), Number(6, 1001, Web), Number(7, 1002, Db),
            Gone(8, $"value/{Web}/b"), Gone(9, "id/1002"), new(9, "cilium/framework/v1/identities/collected/1002", ""),
            Number(10, 1002, Web), Use(10, Web, "a", 1002), new(11, "cilium/framework/v1/identities/collected/1002", null),
        ]);
        Assert.Empty(stored.Complaints);
        Assert.Empty(SeenAllocations.Complaints([See("x", Web, null, 0, 1), See("x", Web, 1001, 1, 2), See("y", Web, 1002, 3, 4), See("z", Db, 1002, 0, 2), See("w", Web, 1002, 3, 4)], stored));
        Assert.Equal(2, stored.LabelSets);
    }

    [Fact]
    public void Two_numbers_of_one_label_set_are_seen_when_both_are_used()
    {
        Assert.Equal(
            ["at revision 4 k8s:app=web; has several numbers: 1001 on a, 1001 on b, 1002 on c"],
            new StoredAllocations([.. WebOnTwoNodes, Number(4, 1002, Web), Use(4, Web, "c", 1002)]).Complaints);
        Assert.Empty(new StoredAllocations([.. WebOnTwoNodes, Number(4, 1002, Web)]).Complaints);
    }

    [Fact]
    public void Two_numbers_that_meet_for_one_commit_only_are_seen() => Assert.Equal(
        ["at revision 4 k8s:app=web; has several numbers: 1002 on a, 1001 on b"],
        new StoredAllocations([.. WebOnTwoNodes, Use(4, Web, "a", 1002), Use(5, Web, "a", 1001)]).Complaints);

    [Fact]
    public void A_number_of_two_label_sets_is_seen_also_after_its_keys_were_gone() => Assert.Equal(
        ["1001 means k8s:app=web; since revision 2, and k8s:app=db; at revision 6"],
        new StoredAllocations([.. WebOnTwoNodes, Gone(5, "id/1001"), Gone(5, $"value/{Web}/a"), Gone(5, $"value/{Web}/b"), Number(6, 1001, Db)]).Complaints);

    [Fact]
    public void A_use_that_names_the_number_of_another_label_set_is_seen() => Assert.Equal(
        ["1001 means k8s:app=web; since revision 2, and k8s:a=b/c; at revision 4"], new StoredAllocations([.. WebOnTwoNodes, Use(4, "k8s:a=b/c;", "a", 1001)]).Complaints);

    [Theory]
    [InlineData(1002L, "1002")]
    [InlineData(null, "no number")]
    public void A_number_that_an_endpoint_does_not_keep_is_seen(long? later, string shown)
    {
        var stored = new StoredAllocations([.. WebOnTwoNodes, Number(4, 1002, Web)]);
        Assert.Equal(
            [$"the number of an endpoint changed: x (k8s:app=web;) had 1001 from 0.0 s to 1.0 s; x (k8s:app=web;) had {shown} from 2.0 s to 3.0 s"],
            SeenAllocations.Complaints([See("x", Web, later, 2, 3), See("x", Web, 1001, 0, 1)], stored));
    }

    [Fact]
    public void A_number_that_the_store_never_gave_is_seen() => Assert.Equal(
        ["x (k8s:app=db;) had 1001 from 0.0 s to 1.0 s, which the store never gave to these labels"], SeenAllocations.Complaints([See("x", Db, 1001, 0, 1)], new(WebOnTwoNodes)));

    [Fact]
    public void Endpoints_that_live_at_the_same_time_with_two_numbers_or_one_of_others_are_seen()
    {
        // The store's own history is clean: between the two uses nobody had any.
        var stored = new StoredAllocations([.. WebOnTwoNodes, Gone(4, $"value/{Web}/a"), Gone(4, $"value/{Web}/b"), Number(5, 1002, Web), Use(5, Web, "c", 1002)]);
        Assert.Empty(stored.Complaints);
        Assert.Equal(
            ["at the same time x (k8s:app=web;) had 1001 from 0.0 s to 2.0 s, and y (k8s:app=web;) had 1002 from 2.0 s to 3.0 s"],
            SeenAllocations.Complaints([See("x", Web, 1001, 0, 2), See("y", Web, 1002, 2, 3)], stored));

        stored = new StoredAllocations([.. WebOnTwoNodes, new(4, "cilium/framework/v1/identities/collected/1001", ""), Number(5, 1001, Db)]);
        Assert.Empty(stored.Complaints);
        Assert.Equal(
            ["at the same time x (k8s:app=web;) had 1001 from 0.0 s to 2.0 s, and y (k8s:app=db;) had 1001 from 1.0 s to 3.0 s"],
            SeenAllocations.Complaints([See("x", Web, 1001, 0, 2), See("y", Db, 1001, 1, 3)], stored));
    }

    private static EtcdChange Number(long revision, int number, string labels) => new(revision, $"cilium/state/identities/v1/id/{number}", labels);

    private static EtcdChange Use(long revision, string labels, string node, int number) => new(revision, $"cilium/state/identities/v1/value/{labels}/{node}", $"{number}");

    private static EtcdChange Gone(long revision, string key) => new(revision, $"cilium/state/identities/v1/{key}", null);

    private static Sighting See(string endpoint, string labels, long? number, int from, int until) => new(endpoint, labels, number, TimeSpan.FromSeconds(from), TimeSpan.FromSeconds(until));
}

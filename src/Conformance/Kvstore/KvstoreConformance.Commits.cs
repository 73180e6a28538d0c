using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.Kvstore;

public abstract partial class KvstoreConformance
{
    private const int Writers = 8, WritesEach = 10;

    [Fact]
    public async Task A_commit_is_carried_out_only_when_its_conditions_hold()
    {
        var promise = new Promise(
            "IKvstore.CommitAsync carries out all operations, or, when a condition does not hold, none.",
            "judge every condition before the first write, in the same transaction.");
        var there = (await PutAsync("there", "1")).Revision;
        (KvCondition Condition, bool Holds)[] cases =
        [
            (new KvCondition.KeyAbsent("there"), false), (new KvCondition.KeyAbsent("elsewhere"), true), (new KvCondition.KeyAbsent("the"), true),
            (new KvCondition.KeyExists("there"), true), (new KvCondition.KeyExists("elsewhere"), false), (new KvCondition.KeyExists("the"), false),
            (new KvCondition.RevisionEquals("there", there), true), (new KvCondition.RevisionEquals("there", there + 1), false), (new KvCondition.RevisionEquals("elsewhere", 0), false),
            (new KvCondition.PrefixEmpty("the"), false), (new KvCondition.PrefixEmpty("there/"), true), (new KvCondition.PrefixEmpty("thera"), true), (new KvCondition.PrefixEmpty(""), false),
        ];
        foreach (var (condition, holds) in cases)
        {
            var result = await CommitAsync([condition], Put("new", "2"), Put("new2", "2"));
            promise.Equal(holds, result.Succeeded, $"the commit under {condition} where only \"there\" exists at revision {there} succeeded");
            promise.Kept(holds || result.Revision == 0, () => $"a commit that did not succeed has revision {result.Revision} instead of 0.");
            promise.Same(holds ? ["new", "new2", "there"] : ["there"], (await ListAsync("")).Select(entry => entry.Key), $"the keys after the commit under {condition}");
            await CommitAsync([], new KvOperation.Delete("new"), new KvOperation.Delete("new2"));
        }
    }

    [Fact]
    public async Task All_conditions_must_hold_together()
    {
        var promise = new Promise("IKvstore.CommitAsync: all conditions must hold at one moment.", "a loop over the conditions that stops at the first one that holds.");
        await PutAsync("there", "1");
        KvCondition holds = new KvCondition.KeyExists("there"), fails = new KvCondition.KeyExists("elsewhere");
        foreach (KvCondition[] conditions in (KvCondition[][])[[holds, fails], [fails, holds]])
            promise.Equal(false, (await CommitAsync(conditions, Put("a", "1"))).Succeeded, "a commit with one condition that holds and one that does not succeeded");
        promise.Equal(null, await GetAsync("a"), "the key that it would have written");
    }

    [Fact]
    public async Task Deleting_what_does_not_exist_succeeds() =>
        new Promise("KvOperation.Delete: success when the key does not exist.", "the answer for a key that is not there.")
            .Equal(true, (await DeleteAsync("nothing")).Succeeded, "deleting a key that does not exist succeeded");

    [Fact]
    public async Task Of_many_who_ask_for_an_empty_prefix_exactly_one_succeeds()
    {
        var promise = new Promise(
            "KvCondition.PrefixEmpty is judged at the moment of the commit: of two that ask for the same prefix at once, one fails.",
            "a look at the prefix before the transaction begins. Identities of workloads are allocated this way: two nodes would give two numbers to one set of labels.");
        for (var round = 0; round < WritesEach; round++)
        {
            var (folder, number) = ($"labels{round}/", round);
            var results = await Task.WhenAll(Enumerable.Range(0, Writers).Select(node => Task.Run(() => CommitAsync([new KvCondition.PrefixEmpty(folder)], Put($"{folder}node{node}", $"{number}")))));
            promise.Equal(1, results.Count(result => result.Succeeded), $"commits that succeeded of {Writers} at once under PrefixEmpty(\"{folder}\")");
        }
    }

    [Fact]
    public async Task Updates_guarded_by_a_revision_are_never_lost()
    {
        var promise = new Promise("KvCondition.RevisionEquals holds only if the key was last written at this revision.", "the condition and the write must be one step for everybody else.");
        await PutAsync("count", "0");
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
        {
            for (var done = 0; done < WritesEach;)
            {
                var before = (await GetAsync("count"))!;
                var next = int.Parse(Text(before.Value), System.Globalization.CultureInfo.InvariantCulture) + 1;
                if ((await CommitAsync([new KvCondition.RevisionEquals("count", before.Revision)], Put("count", $"{next}"))).Succeeded)
                    done++;
            }
        })));
        promise.Equal($"{Writers * WritesEach}", Text((await GetAsync("count"))!.Value), $"a counter that {Writers} writers raised {WritesEach} times each");
    }

    [Fact]
    public async Task Nobody_sees_a_part_of_a_commit()
    {
        var promise = new Promise("IKvstore.CommitAsync: nobody sees a part of it; ListAsync reads as of one moment.", "write all keys of a commit under the lock or in the transaction that readers respect.");
        await CommitAsync([], Put("pair/left", "0"), Put("pair/right", "0"));
        var writing = Task.Run(async () =>
        {
            for (var i = 1; i <= Writers * WritesEach; i++)
                await CommitAsync([], Put("pair/left", $"{i}"), Put("pair/right", $"{i}"));
        });
        while (!writing.IsCompleted)
        {
            var pair = await ListAsync("pair/");
            promise.Kept(pair.Count == 2 && Text(pair[0].Value) == Text(pair[1].Value) && pair[0].Revision == pair[1].Revision,
                () => $"while commits write two keys together, a list holds {Show.All([.. Lines(pair)])}.");
        }

        await writing;
    }
}

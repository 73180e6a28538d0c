using Cilium.Framework.Errors;
using Cilium.Framework.Policies;
using Cilium.Framework.Policies.Documents;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Core.Tests.Policies;

public sealed class ExplainedPoliciesTests
{
    private static readonly PolicyRepository Rules = PolicyRepository.Empty.Import(PolicyParser.Parse(string.Join("---\n", new[] { "a", "b", "c", "d" }.Select(name => $$"""
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: {{name}}}
        spec: {endpointSelector: {}, ingress: [{}]}

        """))));

    private static IReadOnlyList<RuleCookie> Cookies => [.. Rules.Sections().Select(section => section.Section.Cookie)];

    [Fact]
    public async Task A_refusal_for_want_of_room_names_the_rules_with_the_most_entries()
    {
        var outcome = await AskAsync(ErrorKind.Exhausted, [.. Of(Cookies[0], 2), .. Of(Cookies[1], 1500), .. Of(Cookies[2], 7), .. Of(Cookies[3], 1)]);
        Assert.Equal((ErrorKind.Exhausted, "no room. Most entries: b ingress[0] (1,500), c ingress[0] (7), a ingress[0] (2) and 1 more."), (outcome.Kind, outcome.Error));
    }

    [Fact]
    public async Task Other_refusals_and_successes_are_passed_on()
    {
        Assert.Equal("no room.", (await AskAsync(ErrorKind.Unavailable, Of(Cookies[0], 2))).Error);
        Assert.True((await AskAsync(null, Of(Cookies[0], 2))).IsDone);
    }

    private static IEnumerable<PolicyEntry> Of(RuleCookie rule, int count) =>
        Enumerable.Range(0, count).Select(i => new PolicyEntry(new(TrafficDirection.Ingress, new((rule.Value * 10_000) + (uint)i), IpProtocol.Any, 0), rule));

    private static async Task<RowOutcome> AskAsync(ErrorKind? kind, IEnumerable<PolicyEntry> entries)
    {
        var table = new Table<string, RulesRow>("rules", _ => RulesRow.Key);
        table.Upsert(new RulesRow(Rules));
        var row = new PolicyRow(new(new(1001)), PolicyEntrySet.Create(entries));
        return Assert.Single(await new ExplainedPolicies(new Target(kind), table).ApplyAsync(new([new(ReconcileAction.Upsert, row, null)]), TestContext.Current.CancellationToken));
    }

    private sealed class Target(ErrorKind? kind) : IReconcileTarget<PolicyRow>
    {
        public ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<PolicyRow> batch, CancellationToken cancellationToken) =>
            new([kind is { } failed ? RowOutcome.Failed(failed, "no room.") : RowOutcome.Done]);

        public ValueTask<int> PruneAsync(IReadOnlyCollection<PolicyRow> desired, CancellationToken cancellationToken) => new(0);
    }
}

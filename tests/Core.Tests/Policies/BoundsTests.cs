using System.Diagnostics;
using Cilium.Framework.Policies;
using Cilium.Framework.Policies.Documents;
using Cilium.Framework.State;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Core.Tests.Policies;

/// <summary>However large or wrong a text is, the answer is short and the work is in proportion.</summary>
public class BoundsTests
{
    /// <summary>Linear work takes less than a second for these; comparing each with each takes minutes.</summary>
    private const int ManyPolicies = 100_000;

    private static readonly TimeSpan Generous = TimeSpan.FromSeconds(60);

    private static string Refusal(string text) => Assert.Throws<DocumentException>(() => PolicyParser.Parse(text)).Message;

    [Fact]
    public void After_a_hundred_problems_only_their_number_is_told()
    {
        var problems = Refusal("endpointSelector: {}\ningress: []\n" + string.Concat(Enumerable.Range(0, 300_000).Select(i => $"x{i}: 1\n"))).Split('\n');
        Assert.Equal(102, problems.Length);
        Assert.Contains("x99 is not a known field.", problems[99], StringComparison.Ordinal);
        Assert.Equal("... and 299900 more problems.", problems[100]);
        Assert.Equal("Nothing was imported.", problems[101]);
    }

    [Theory]
    [InlineData("LONG")]
    [InlineData("{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: LONG}, spec: {endpointSelector: {}, ingress: []}}")]
    [InlineData("{apiVersion: LONG, kind: LONG, metadata: {name: p, namespace: LONG}, spec: LONG}")]
    [InlineData("{endpointSelector: {matchLabels: {a: LONG;}}, ingress: []}")]
    [InlineData("{endpointSelector: {matchExpressions: [{key: LONG=, operator: LONG}]}, ingress: []}")]
    [InlineData("{endpointSelector: {}, ingress: [{fromEntities: [LONG], toPorts: [{ports: [{port: LONG, protocol: LONG}]}]}, {fromCIDR: [LONG]}], labels: [\";LONG\", LONG: LONG]}")]
    [InlineData("{\n? LONG\n: x}")]
    [InlineData("a: !LONG!x y")]
    public void A_value_is_shown_by_its_beginning(string text) =>
        Assert.InRange(Refusal(text.Replace("LONG", new string('x', 200_000), StringComparison.Ordinal)).Length, 1, 3000);

    [Fact]
    public void Values_below_a_long_key_cost_no_more_than_elsewhere()
    {
        var keys = string.Concat(Enumerable.Range(0, 30).Select(_ => $"{{{new string('k', DocumentReader.MaxKeyLength)}: "));
        var text = $"[{keys}[{string.Join(',', Enumerable.Repeat("x", 400_000))}]{new string('}', 30)}]";
        Assert.InRange(Refusal(text).Length, 1, 3000);
    }

    [Fact]
    public void A_key_that_could_not_be_read_back_is_refused() =>
        Assert.Contains("CF2006 line 2: a key must be a text of at most 500 characters.", Refusal($"{{\n? {new string('k', 501)}\n: x}}"), StringComparison.Ordinal);

    [Fact]
    public void What_was_taken_is_read_back_however_much_longer_it_is_as_json()
    {
        using var folder = new TemporaryFolder();
        using var state = StateDirectory.Open(folder["state"]);
        RuleRegistry Open()
        {
            var rules = new RuleRegistry(new Table<string, RulesRow>("rules", _ => RulesRow.Key), new StateFile<RulesState>(state, "rules.json", RulesStateJson.Default.RulesState));
            rules.Restore();
            return rules;
        }

        var key = string.Concat(Enumerable.Repeat("<\"", DocumentReader.MaxKeyLength / 2));
        var before = Open();
        before.Import($"endpointSelector: {{matchLabels: {{? '{key}' : x}}}}\ningress: []\ndescription: '{string.Concat(Enumerable.Repeat("\"<\\", 1_300_000))}'\n");
        Assert.Equal(before.Current.Rules.Single().Text, Open().Current.Rules.Single().Text);
    }

    [Fact]
    public void Importing_many_policies_takes_time_in_proportion()
    {
        var rule = PolicyParser.Parse("{endpointSelector: {}, ingress: []}")[0].Rules;
        List<PolicyDocument> policies = [.. Enumerable.Range(0, ManyPolicies).Select(i => new PolicyDocument($"p{i}", "blue", rule))];
        var watch = Stopwatch.StartNew();
        var repository = PolicyRepository.Empty.Import(policies).Import(policies);
        Assert.Equal(ManyPolicies, repository.Documents.Count);
        Assert.True(watch.Elapsed < Generous, $"two imports of {ManyPolicies} policies took {watch.Elapsed}");
    }
}

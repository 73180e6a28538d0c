using Cilium.Framework.Errors;
using Cilium.Framework.Labels;
using Cilium.Framework.Policies;
using Cilium.Framework.State;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Core.Tests.Policies;

public sealed class PolicyRepositoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private StateDirectory _state;
    private RuleRegistry _rules;

    public PolicyRepositoryTests() => (_state, _rules) = Open();

    public void Dispose()
    {
        _state.Dispose();
        _folder.Dispose();
    }

    private (StateDirectory, RuleRegistry) Open()
    {
        var state = StateDirectory.Open(_folder["state"]);
        var rules = new RuleRegistry(new Table<string, RulesRow>("rules", _ => RulesRow.Key), new StateFile<RulesState>(state, "rules.json", RulesStateJson.Default.RulesState));
        rules.Restore();
        return (state, rules);
    }

    private void Restart()
    {
        _state.Dispose();
        (_state, _rules) = Open();
    }

    private static string Policy(string name, string sections) =>
        $"apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {{name: {name}}}\nspec: {{endpointSelector: {{}}, {sections}}}\n";

    private IReadOnlyList<uint> Cookies() => [.. _rules.Current.Sections().Select(pair => pair.Section.Cookie.Value)];

    [Fact]
    public void The_revision_starts_at_one_and_grows_with_imports_and_effective_deletions()
    {
        Assert.Equal(1ul, _rules.Current.Revision);
        Assert.Equal(2ul, _rules.Import(Policy("a", "ingress: [{}]") + "---\n" + Policy("b", "ingress: [{}]")));
        Assert.Equal((3ul, 1), _rules.Delete(LabelSet.Parse("k8s:io.cilium.k8s.policy.name=a")));
        Assert.Equal((3ul, 0), _rules.Delete(LabelSet.Parse("k8s:io.cilium.k8s.policy.name=a")));
    }

    [Fact]
    public void A_policy_of_the_same_name_is_replaced_and_equal_sections_keep_their_cookies()
    {
        _rules.Import(Policy("a", "ingress: [{fromEntities: [host]}, {fromEntities: [world]}]"));
        var before = Cookies();
        _rules.Import(Policy("a", "ingress: [{fromEntities: [world]}, {fromEntities: [init]}]"));
        Assert.Equal([before[1], before.Max() + 1], Cookies());
    }

    [Fact]
    public void An_import_without_a_rule_changes_nothing()
    {
        _rules.Import(Policy("a", "ingress: [{}]"));
        var (before, stored) = (_rules.Current, _state.Read("rules.json"));
        Assert.Equal(2ul, _rules.Import("[]"));
        Assert.Same(before, _rules.Current);
        Assert.Equal(stored, _state.Read("rules.json"));
    }

    [Fact]
    public void The_same_name_in_another_namespace_is_another_policy()
    {
        string In(string metadata) => Policy("a", "ingress: [{}]").Replace("{name: a}", metadata, StringComparison.Ordinal);
        _rules.Import(In("{name: web, namespace: prod}"));
        _rules.Import(In("{name: web}"));
        _rules.Import(In("{name: web, namespace: test}"));
        Assert.Equal(["prod/web", "web", "test/web"], _rules.Current.Rules.Select(rule => rule.Origin));
        _rules.Import(In("{name: web, namespace: prod}"));
        Assert.Equal(["web", "test/web", "prod/web"], _rules.Current.Rules.Select(rule => rule.Origin));
    }

    [Fact]
    public void A_policy_whose_file_repeats_the_namespace_in_the_name_is_replaced_all_the_same()
    {
        var old = RuleRegistry.Restore(new RulesState(2, 17, [new("prod/web", "prod", [new("prod/web", """{"endpointSelector":{},"ingress":[{}]}""", [16])])]));
        var changed = old.Import(Cilium.Framework.Policies.Documents.PolicyParser.Parse(Policy("a", "ingress: []").Replace("{name: a}", "{name: web, namespace: prod}", StringComparison.Ordinal)));
        Assert.Empty(Assert.Single(changed.Rules).Ingress!);
    }

    [Fact]
    public void Rules_of_bare_lists_have_names_of_their_own_that_a_new_import_and_a_restart_keep()
    {
        const string first = """[{"endpointSelector":{},"ingress":[{}]},{"endpointSelector":{},"egress":[{}]}]""";
        _rules.Import(first);
        _rules.Import("""[{"endpointSelector":{"matchLabels":{"a":"b"}},"ingress":[{}]}]""" + "\n---\n" + """[{"endpointSelector":{"matchLabels":{"a":"c"}},"ingress":[{}]}]""");
        string[] names = ["rule 1 of revision 2", "rule 2 of revision 2", "rule 1 of revision 3", "rule 2 of revision 3"];
        Assert.Equal(names, _rules.Current.Rules.Select(rule => rule.Origin));
        Assert.Equal(4ul, _rules.Import(first));
        Restart();
        Assert.Equal(names, _rules.Current.Rules.Select(rule => rule.Origin).Order(StringComparer.Ordinal).OrderBy(name => name[^1]));
        Assert.Equal(4, Cookies().Distinct().Count());
    }

    [Theory]
    [InlineData("any:team=a")]
    [InlineData("team=a")]
    [InlineData("unspec:team=a")]
    [InlineData("io.cilium.k8s.policy.name=a")]
    [InlineData("any:io.cilium.k8s.policy.name=a")]
    [InlineData("k8s:io.cilium.k8s.policy.name=a")]
    public void A_label_without_a_source_finds_rules_that_have_it_from_any(string label)
    {
        _rules.Import(Policy("a", "ingress: [{}], labels: [team=a]") + "---\n" + Policy("b", "ingress: [{}], labels: [team=b]"));
        Assert.Single(_rules.Find(LabelSet.Parse(label)));
        Assert.Equal((3ul, 1), _rules.Delete(LabelSet.Parse(label)));
        Assert.Equal("b", Assert.Single(_rules.Current.Rules).Origin);
    }

    [Fact]
    public void A_label_with_a_source_finds_rules_that_have_it_from_there_only()
    {
        _rules.Import(Policy("a", "ingress: [{}], labels: ['k8s:team=a']"));
        Assert.Empty(_rules.Find(LabelSet.Parse("container:team=a")));
        Assert.Empty(_rules.Find(LabelSet.Parse("team=b")));
        Assert.Single(_rules.Find(LabelSet.Parse("k8s:team=a")));
    }

    [Fact]
    public void A_refused_import_changes_nothing()
    {
        _rules.Import(Policy("a", "ingress: [{}]"));
        Assert.Throws<Cilium.Framework.Policies.Documents.DocumentException>(() => _rules.Import(Policy("a", "ingress: []") + "---\n" + Policy("b", "ingress: [{fromEntities: [moon]}]")));
        Assert.Equal(2ul, _rules.Current.Revision);
        Assert.Single(Cookies());
    }

    [Fact]
    public void After_a_restart_rules_revision_cookies_and_namespace_are_the_same()
    {
        _rules.Import(Policy("a", "ingress: [{fromEntities: [host]}]").Replace("{name: a}", "{name: a, namespace: blue}", StringComparison.Ordinal));
        _rules.Import(Policy("b", "ingress: [{}]").Replace("spec: {endpointSelector: {}, ingress: [{}]}", "specs: [{endpointSelector: {}, ingress: [{}]}, {endpointSelector: {}, egress: [{}]}]", StringComparison.Ordinal));
        _rules.Import("""[{"endpointSelector":{"matchLabels":{"app":"x"}},"egress":[{"toCIDR":["10.0.0.0/8"]}],"labels":["k=v"]}]""");
        _rules.Delete(LabelSet.Parse("unspec:none"));
        string Describe() => string.Join('\n', _rules.Current.Sections().Select(pair => $"{pair.Rule.Origin} {pair.Rule.Subject} {pair.Rule.Labels} {pair.Section.Place} {pair.Section.Cookie}")) + _rules.Current.Revision;
        var before = Describe();
        Assert.Contains("specs[1] egress[0]", before, StringComparison.Ordinal);
        Restart();
        Assert.Equal(before, Describe());
    }

    [Fact]
    public void A_cookie_is_never_given_again()
    {
        _rules.Import(Policy("a", "ingress: [{}]"));
        var first = Cookies()[0];
        _rules.Delete(LabelSet.Empty);
        Restart();
        _rules.Import(Policy("b", "ingress: [{}]"));
        Assert.True(Cookies()[0] > first);
    }

    [Fact]
    public void A_damaged_file_is_fatal_and_says_what_to_do()
    {
        _rules.Import(Policy("a", "ingress: [{}]"));
        _state.Dispose();
        File.WriteAllText(Path.Combine(_folder["state"], "rules.json"), "{ \"Revision\": ");
        var error = Assert.Throws<CiliumException>(() => Open()).Message;
        Assert.Contains("CF1004 state file", error, StringComparison.Ordinal);
        Assert.Contains("move it away to start without it", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_prefix_and_exception_wants_an_identity()
    {
        _rules.Import(Policy("a", "ingress: [{fromCIDRSet: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}]}], egress: [{toCIDR: [192.0.2.1]}]"));
        Assert.Equal(["10.0.0.0/8", "10.1.0.0/16", "192.0.2.1/32"], _rules.Current.WantedPrefixes().Order().Select(prefix => prefix.ToString()));
    }
}

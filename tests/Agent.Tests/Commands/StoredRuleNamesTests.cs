using Cilium.Framework.Agent.Commands;
using Cilium.Framework.Policies;
using Cilium.Framework.Rows;
using Cilium.Framework.State;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Agent.Tests.Commands;

public sealed class StoredRuleNamesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rules_are_named_from_the_file_while_an_agent_holds_the_directory()
    {
        using var state = StateDirectory.Open(_folder["state"]);
        var rules = new RuleRegistry(new Table<string, RulesRow>("rules", _ => RulesRow.Key), new StateFile<RulesState>(state, RuleRegistry.FileName, RulesStateJson.Default.RulesState));
        rules.Restore();
        rules.Import("apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: web, namespace: blue}\nspec: {endpointSelector: {}, ingress: [{}]}\n");
        var names = StoredRuleNames.Read(_folder["state"]);
        Assert.Equal("blue/web ingress[0]", names.Of(new RuleCookie(RuleCookie.FirstRule)));
        Assert.Equal("not enforced", names.Of(RuleCookie.NotEnforced));
        Assert.Equal("-", names.Of(RuleCookie.None));
        Assert.Equal("a rule that is gone (99)", names.Of(new RuleCookie(99)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("null")]
    public void Without_a_readable_file_numbers_are_shown(string? content)
    {
        if (content is not null)
            File.WriteAllText(_folder["rules.json"], content);
        Assert.Equal("16", StoredRuleNames.Read(_folder.Path).Of(new RuleCookie(16)));
    }
}

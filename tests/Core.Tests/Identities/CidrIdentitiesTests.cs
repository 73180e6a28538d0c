using Cilium.Framework.Identities;
using Cilium.Framework.Labels;
using Cilium.Framework.Policies;
using Cilium.Framework.Rows;
using Cilium.Framework.State;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Core.Tests.Identities;

public sealed class CidrIdentitiesTests : IDisposable
{
    private const uint First = 0x0100_0001;

    private readonly TemporaryFolder _folder = new();
    private readonly InUse _inUse = new();
    private StateDirectory _state;
    private RuleRegistry _rules = null!;
    private Table<IpPrefix, CidrIdentityRow> _table = null!;
    private CidrIdentities _cidrs = null!;

    public CidrIdentitiesTests()
    {
        _state = StateDirectory.Open(_folder["state"]);
        Start();
    }

    public void Dispose()
    {
        _state.Dispose();
        _folder.Dispose();
    }

    private void Start()
    {
        _rules = new(new Table<string, RulesRow>("rules", _ => RulesRow.Key), new StateFile<RulesState>(_state, "rules.json", RulesStateJson.Default.RulesState));
        _rules.Restore();
        _table = new("cidr-identities", row => row.Prefix);
        var file = new IdentityStateFile(new StateFile<IdentityState>(_state, "identities.json", IdentityStateJson.Default.IdentityState));
        _cidrs = new(() => _rules.Current.WantedPrefixes(), _inUse, _table, file);
        _cidrs.Restore(file.Load());
    }

    private void Restart()
    {
        _state.Dispose();
        _state = StateDirectory.Open(_folder["state"]);
        Start();
    }

    private void Import(string name, params string[] prefixes)
    {
        _rules.Import($"apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {{name: {name}}}\nspec: {{endpointSelector: {{}}, ingress: [{{fromCIDR: [\"{string.Join("\", \"", prefixes)}\"]}}]}}\n");
        _cidrs.Assign();
    }

    private void Delete(string name)
    {
        _rules.Delete(LabelSet.Parse($"k8s:io.cilium.k8s.policy.name={name}"));
        _cidrs.Assign();
    }

    private uint? NumberOf(string prefix) => _table[IpPrefix.Parse(prefix)]?.Id.Value;

    [Fact]
    public void The_first_prefix_gets_the_first_node_local_number()
    {
        Import("a", "192.0.2.0/24", "fd00::/64");
        Assert.Equal((First, First + 1), (NumberOf("192.0.2.0/24"), NumberOf("fd00::/64")));
    }

    [Fact]
    public void A_prefix_that_two_rules_name_stays_while_one_of_them_does()
    {
        Import("a", "192.0.2.0/24");
        Import("b", "192.0.2.0/24");
        Delete("a");
        Assert.Equal(First, NumberOf("192.0.2.0/24"));
        Assert.True(_table.Single().IsWanted);
        Delete("b");
        Assert.Empty(_table);
    }

    [Fact]
    public void A_prefix_that_no_rule_names_stays_while_an_address_resolves_to_it()
    {
        Import("a", "192.0.2.0/24");
        _inUse.Ids.Add(new(First));
        Delete("a");
        Assert.False(Assert.Single(_table).IsWanted);
        _inUse.Release(new(First));
        _cidrs.Assign();
        Assert.Empty(_table);
    }

    [Fact]
    public void Numbers_are_the_same_after_a_restart_whatever_order_the_rules_come_in()
    {
        Import("b", "198.51.100.0/24");
        Import("a", "192.0.2.0/24");
        Restart();
        Assert.Equal((First + 1, First), (NumberOf("192.0.2.0/24"), NumberOf("198.51.100.0/24")));
        _cidrs.Assign();
        Assert.Equal((First + 1, First), (NumberOf("192.0.2.0/24"), NumberOf("198.51.100.0/24")));
        Assert.All(_table, row => Assert.True(row.IsWanted));
    }

    [Fact]
    public void A_freed_number_is_not_given_again_at_once_not_even_after_a_restart()
    {
        Import("a", "192.0.2.0/24");
        Delete("a");
        Restart();
        Import("b", "198.51.100.0/24");
        Assert.Equal(First + 1, NumberOf("198.51.100.0/24"));
    }

    [Fact]
    public void After_the_last_number_comes_the_first_free_one()
    {
        File.WriteAllText(
            Path.Combine(_state.Path, "identities.json"),
            $$"""{"Claims":{},"Prefixes":{"192.0.2.0/24":{{First}}},"LastPrefixId":{{NumericIdentity.LastNodeLocal}}}""");
        Restart();
        _inUse.Ids.Add(new(First));
        Import("b", "198.51.100.0/24");
        Assert.Equal(First + 1, NumberOf("198.51.100.0/24"));
    }

    [Fact]
    public void A_number_that_cannot_be_written_to_the_disk_is_not_given()
    {
        Directory.CreateDirectory(Path.Combine(_state.Path, "identities.json.new"));
        var error = Assert.ThrowsAny<Exception>(() => Import("a", "192.0.2.0/24"));
        Assert.Contains("identities.json", error.Message, StringComparison.Ordinal);
        Assert.Empty(_table);
    }

    [Fact]
    public async Task The_loop_follows_rules_and_uses_and_tells_when_it_is_complete()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var rules = new Table<string, RulesRow>("rules", _ => RulesRow.Key);
        var (rulesDone, numbersDone) = (rules.RegisterSource("test"), _table.RegisterSource("rules"));
        _rules.Import("[{endpointSelector: {}, ingress: [{fromCIDR: [192.0.2.0/24]}]}]");
        var running = _cidrs.RunAsync(rules, numbersDone, stop.Token);
        await Eventually.TrueAsync(() => NumberOf("192.0.2.0/24") == First, "the prefix has a number");
        Assert.False(_table.IsInitialized);
        rulesDone.ListDone();
        await Eventually.TrueAsync(() => _table.IsInitialized, "the loop saw complete rules");
        _inUse.Ids.Add(new(First));
        _rules.Delete(LabelSet.Empty);
        rules.Upsert(new RulesRow(_rules.Current));
        await Eventually.TrueAsync(() => _table.Single() is { IsWanted: false }, "the prefix is not wanted any more");
        _inUse.Release(new(First));
        await Eventually.TrueAsync(() => _table.Count == 0, "the number is free");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}

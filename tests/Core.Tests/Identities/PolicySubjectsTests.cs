using System.Collections;
using Cilium.Framework.Configuration;
using Cilium.Framework.Hosting;
using Cilium.Framework.Identities;
using Cilium.Framework.Labels;
using Cilium.Framework.Policies;
using Cilium.Framework.Policies.Documents;
using Cilium.Framework.Policies.Rules;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.Tests.Identities;

/// <summary>Which identities get a policy, while claims come and go and settings change.</summary>
public class PolicySubjectsTests
{
    private static readonly NumericIdentity Web = new(1001);

    private readonly NodeTables _tables = new(TimeProvider.System);
    private readonly LabelSet _labels = LabelSet.Parse("k8s:app=web");

    /// <summary>Rules that let something happen when they are read: in the middle of a computation.</summary>
    private sealed class ReadRules(Action read) : IReadOnlyList<PolicyRule>
    {
        public int Count => 0;

        public PolicyRule this[int index] => throw new ArgumentOutOfRangeException(nameof(index));

        public IEnumerator<PolicyRule> GetEnumerator()
        {
            read();
            yield break;
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private PolicyController Controller(Action whenRulesAreRead)
    {
        _tables.Identities.RegisterSource("test").ListDone();
        _tables.Identities.Upsert(new IdentityRow(Web, _labels));
        _tables.Rules.RegisterSource("test").ListDone();
        _tables.Rules.Upsert(new RulesRow(PolicyRepository.Restore(2, 16, [new PolicyDocument("p", "", new ReadRules(whenRulesAreRead))])));
        Claim();
        return new PolicyController(_tables, PolicyEnforcement.Default, AllowLocalhost.Auto);
    }

    private void Claim() => _tables.IdentityClaims.Upsert(new IdentityClaimRow(_labels, Web));

    [Fact]
    public void Subjects_that_go_and_come_back_during_a_computation_still_get_their_policies()
    {
        var controller = Controller(() => _tables.IdentityClaims.Remove(_labels));
        controller.Compute();
        Claim();
        controller.Compute();
        Assert.Equal([new PolicyId(Web)], _tables.Policies.Desired.Select(row => row.Id));
    }

    [Fact]
    public void Another_enforcement_changes_the_policies_without_another_rule()
    {
        var controller = Controller(() => { });
        controller.Compute();
        Assert.Equal(2, Assert.Single(_tables.Policies.Desired).Entries.Count);
        controller.Apply(PolicyEnforcement.Always, AllowLocalhost.Always);
        controller.Compute();
        Assert.Equal(NumericIdentity.Host, Assert.Single(Assert.Single(_tables.Policies.Desired).Entries).Key.Remote);
    }

    [Fact]
    public void The_controller_is_woken_by_a_change_of_its_settings()
    {
        var controller = Controller(() => { });
        var before = controller.Settings.Revision;
        controller.Apply(PolicyEnforcement.Never, AllowLocalhost.Auto);
        Assert.Equal(before + 1, controller.Settings.Revision);
    }
}

using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Tables;

/// <summary>Realised policies. An endpoint may name one that is not realised; it then drops everything.</summary>
internal sealed class PolicyTable
{
    private readonly Dictionary<PolicyId, Policy> _policies = [];

    public IEnumerable<Policy> All => _policies.Values;

    public Policy? Find(PolicyId? id) => id is null ? null : _policies.GetValueOrDefault(id);

    public void Add(Policy policy) => _policies.Add(policy.Id, policy);

    public bool Remove(PolicyId id) => _policies.Remove(id);
}

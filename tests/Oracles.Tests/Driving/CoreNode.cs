using Cilium.Framework.Configuration;
using Cilium.Framework.Hosting;
using Cilium.Framework.Identities;
using Cilium.Framework.IpCache;
using Cilium.Framework.Labels;
using Cilium.Framework.Oracles.Cases;
using Cilium.Framework.Policies;
using Cilium.Framework.Rows;
using Cilium.Framework.State;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Oracles.Driving;

/// <summary>The agent's own way from documents to rows: registry, parser, identities, distilling, addresses; without loops, so that a step is done when the call returns.</summary>
internal sealed class CoreNode
{
    private readonly NodeTables _tables = new(TimeProvider.System);
    private readonly RuleRegistry _rules;
    private readonly CidrIdentities _cidrs;
    private readonly IController[] _controllers;

    /// <param name="world">What is on the node.</param>
    /// <param name="state">Where the agent remembers; emptied.</param>
    /// <param name="ifIndexOf">Device of each workload.</param>
    public CoreNode(World world, StateDirectory state, Func<ushort, (string Device, int IfIndex)> ifIndexOf)
    {
        _rules = new RuleRegistry(_tables.Rules, new StateFile<RulesState>(state, "rules.json", RulesStateJson.Default.RulesState));
        var numbers = new IdentityStateFile(new StateFile<IdentityState>(state, "identities.json", IdentityStateJson.Default.IdentityState));
        _cidrs = new CidrIdentities(() => _rules.Current.WantedPrefixes(), new IdentitiesInUse(_tables.IpCache, _tables.Endpoints), _tables.CidrIdentities, numbers);
        var enforcement = Enum.Parse<PolicyEnforcement>(world.Enforcement.ToString());
        _controllers =
        [
            new IdentityController(ReservedIdentities.Default, _tables.StoredIdentities, _tables.IdentityClaims, _tables.CidrIdentities, _tables.Identities),
            new PolicyController(_tables, enforcement, world.NodeIsAllowed ? AllowLocalhost.Always : AllowLocalhost.Auto),
            new IpCacheController(_tables.Endpoints, _tables.HostAddresses, _tables.StoredIps, _tables.Nodes, _tables.NodeRanges, _tables.Plans, _tables.CidrIdentities, _tables.Identities, _tables.IpCache),
        ];
        _rules.Restore();
        _tables.Identities.RegisterSource("identities").ListDone();
        foreach (var address in World.Node)
            _tables.HostAddresses.Upsert(new(IpPrefix.Host(address), "eth0"));
        foreach (var workload in world.Workloads)
            Place(workload, ifIndexOf(workload.Id));
        Compute();
    }

    public IEnumerable<PolicyRow> Policies => _tables.Policies.Desired;

    public IEnumerable<EndpointRow> Endpoints => _tables.Endpoints.Desired;

    public IEnumerable<IpCacheRow> IpCache => _tables.IpCache.Desired;

    public void Apply(Step step)
    {
        if (step is Step.Import import)
            _rules.Import(import.Policy.Text);
        else if (step is Step.Delete delete)
            _rules.Delete(LabelSet.Parse($"k8s:io.cilium.k8s.policy.name={delete.Name}"));
        Compute();
    }

    private void Compute()
    {
        _cidrs.Assign();
        foreach (var controller in _controllers)
            controller.Compute();
    }

    private void Place(Workload workload, (string Device, int IfIndex) device)
    {
        var labels = LabelSet.Parse(workload.Labels);
        if (!ReservedIdentities.Default.TryGet(labels, out var identity))
            identity = _tables.IdentityClaims[labels]?.Id ?? new NumericIdentity(1000u + workload.Id);
        _tables.IdentityClaims.Upsert(new IdentityClaimRow(labels, identity));
        _tables.Endpoints.Upsert(new EndpointRow
        {
            Id = workload.Id,
            IfIndex = device.IfIndex,
            Device = device.Device,
            Mac = workload.Mac,
            HostMac = workload.HostMac,
            IPv4 = workload.IPv4,
            IPv6 = workload.IPv6,
            Identity = identity,
            Policy = workload.IsReady ? new PolicyId(identity) : null,
        });
    }
}

using Cilium.Framework.Configuration;
using Cilium.Framework.Hosting;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Policies;

/// <summary>rules + identities -> policies, one for every identity that an endpoint of this node has, or still has in the datapath.</summary>
/// <remarks>Computes nothing before all rules and identities are known: a part of them could allow too much, or cut connections of those not known yet.</remarks>
public sealed class PolicyController : IController
{
    private readonly NodeTables _tables;
    private readonly Table<string, PolicySettings> _settings = new("policy-settings", _ => "");
    private readonly Table<string, Computation> _computed = new("policy-inputs", _ => "");
    private readonly TableIndex<NumericIdentity, ushort, DesiredRow<EndpointRow>> _bySubject;
    private (ulong Revision, Selections Of) _selections = (0, new([]));

    /// <param name="tables">The node's tables.</param>
    /// <param name="enforcement">When a direction is enforced.</param>
    /// <param name="allowLocalhost">Whether the node reaches its endpoints without a rule.</param>
    public PolicyController(NodeTables tables, PolicyEnforcement enforcement, AllowLocalhost allowLocalhost)
    {
        _tables = tables;
        _bySubject = new(tables.Endpoints.Rows, row => new[] { row.Row.Policy, row.Realised?.Policy }.OfType<PolicyId>().Select(policy => policy.Subject));
        Apply(enforcement, allowLocalhost);
    }

    /// <summary>What is configured; an input like the rules.</summary>
    public IReadTable Settings => _settings;

    /// <summary>What the policies reflect.</summary>
    public IReadTable Computed => _computed;

    /// <summary>Revision of the rules that the policies reflect as a whole; 0: none yet.</summary>
    public ulong ComputedRevision => _computed[""]?.Reflects ?? 0;

    /// <summary>Changes what is configured; any thread.</summary>
    /// <param name="enforcement">When a direction is enforced.</param>
    /// <param name="allowLocalhost">Whether the node reaches its endpoints without a rule.</param>
    public void Apply(PolicyEnforcement enforcement, AllowLocalhost allowLocalhost) => _settings.Upsert(new(enforcement, allowLocalhost));

    /// <inheritdoc />
    public void Compute()
    {
        if (!_tables.Rules.IsInitialized || !_tables.Identities.IsInitialized || _tables.Rules[RulesRow.Key] is not { } row)
            return;
        var repository = row.Repository;
        var identities = _tables.Identities.Snapshot;
        // Once: what is noted as input must be what the rows are computed for, whatever changes meanwhile.
        var subjects = Subjects();
        var settings = _settings[""]!;
        var inputs = new PolicyInputs(settings, repository.Revision, identities.Revision, string.Join(',', subjects.Order()));
        if (inputs == _computed[""]?.Inputs)
            return;

        // Without an orchestrator "auto" means "as policies say" (Cilium facts 9.2).
        if (_selections.Revision != identities.Revision)
            _selections = (identities.Revision, new Selections(identities));
        var distiller = new Distiller([.. repository.Rules], _selections.Of, settings.Enforcement, settings.AllowLocalhost == AllowLocalhost.Always);
        _tables.Policies.ReplaceAll(subjects.Select(id => identities[id]).OfType<Identities.IdentityRow>().Select(distiller.Distil));
        _tables.Policies.MarkComputed(identities.Revision);
        _computed.Upsert(new(inputs, HaveNumbers(repository.WantedPrefixes(), identities) ? repository.Revision : ComputedRevision));
    }

    /// <summary>A prefix that the rules have just begun to name has no number for a moment: what they say of it is not in the policies yet.</summary>
    private bool HaveNumbers(IReadOnlySet<IpPrefix> prefixes, TableSnapshot<NumericIdentity, Identities.IdentityRow> identities) =>
        prefixes.All(prefix => _tables.CidrIdentities[prefix] is { } cidr && identities[cidr.Id] is not null);

    private HashSet<NumericIdentity> Subjects()
    {
        _bySubject.Update(new HashSet<NumericIdentity>());
        return [.. _tables.IdentityClaims.Select(claim => claim.Id).OfType<NumericIdentity>(), .. _bySubject.Values];
    }

    /// <summary>The state of the inputs that a computation saw.</summary>
    private sealed record PolicyInputs(PolicySettings Settings, ulong Rules, ulong Identities, string Subjects);

    private sealed record PolicySettings(PolicyEnforcement Enforcement, AllowLocalhost AllowLocalhost);

    private sealed record Computation(PolicyInputs Inputs, ulong Reflects);
}

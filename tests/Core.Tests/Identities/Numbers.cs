using Cilium.Framework.Core.Tests.Reconciliation;
using Cilium.Framework.Identities;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;
using Cilium.Framework.Store;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Core.Tests.Identities;

/// <summary>Numbers as a node sees them in the store: as many as the test says.</summary>
internal sealed class Numbers : IKnownIdentities
{
    public Dictionary<LabelSet, NumericIdentity> ByLabels { get; } = [];

    /// <summary>Revisions of their keys; one that is not here has vanished.</summary>
    public Dictionary<LabelSet, ulong> Revisions { get; } = [];

    public Func<NumericIdentity, bool> IsTaken { get; set; } = _ => false;

    public KvCondition? Witness { get; set; }

    public LastHealth Health { get; } = new();

    public bool Contains(NumericIdentity id) => IsTaken(id);

    public bool TryFind(LabelSet labels, out NumericIdentity id, out ulong revision)
    {
        revision = Revisions.GetValueOrDefault(labels);
        return ByLabels.TryGetValue(labels, out id);
    }

    public IdentityAllocator Allocator(IKvstore store, string node = "10.0.0.1", byte clusterId = 0, TimeProvider? time = null) => Allocator(store, out _, node, clusterId, time);

    public IdentityAllocator Allocator(IKvstore store, out NodeLease lease, string node = "10.0.0.1", byte clusterId = 0, TimeProvider? time = null)
    {
        var calls = new StoreCalls(store, time ?? TimeProvider.System);
        lease = new NodeLease(calls, TimeSpan.FromMinutes(15));
        return new(calls, lease, IdentityKeys.Plain, this, node, clusterId, new RefusedKeys(Health));
    }
}

/// <summary>What is in use, as the test says.</summary>
internal sealed class InUse : IIdentitiesInUse
{
    private readonly List<Wake> _wakes = [];

    public HashSet<NumericIdentity> Ids { get; } = [];

    public bool Contains(NumericIdentity id) => Ids.Contains(id);

    public IDisposable Attach(Wake wake)
    {
        _wakes.Add(wake);
        return new MemoryStream();
    }

    public void Release(NumericIdentity id)
    {
        Ids.Remove(id);
        _wakes.ForEach(wake => wake.Set());
    }
}

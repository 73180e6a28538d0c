using Cilium.Framework.EndToEnd.Tests.Stores;
using Cilium.Framework.Lab;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

/// <summary>Three nodes with one etcd on a segment that knows no pod: only what the agents do makes pods of different nodes reach each other.</summary>
public abstract class RoutedNodes : EtcdStore
{
    /// <summary>Settings of the routing under test.</summary>
    protected abstract IReadOnlyList<string> Routing { get; }

    /// <summary>Overhead of each packet between nodes.</summary>
    public virtual int Overhead => 0;

    /// <summary>Longer than an agent is away in these tests: a node that restarts stays known.</summary>
    protected override IReadOnlyList<string> Settings => ["kvstore.lease-ttl=60", .. Routing];

    /// <summary>How the segment is.</summary>
    protected virtual LabCabling Cabling => new() { RoutesPods = false };

    /// <summary>Bytes of the largest packet between pods of different nodes.</summary>
    public int RouteMtu => Cabling.Mtu - Overhead;

    protected override LabCluster Create(string name) => LabCluster.Create(name, Cabling);

    protected override IReadOnlyList<string> Apps => [.. base.Apps, "stranger"];

    /// <summary>Another machine on the segment, which is no node.</summary>
    public LabMachine AddMachine(string name) => Lab.AddMachine(name);
}

using Cilium.Framework.Lab.Servers;

namespace Cilium.Framework.EndToEnd.Tests.Stores.Faults;

/// <summary>Three nodes that share an etcd of three members.</summary>
public sealed class ThreeMembers : EtcdStore
{
    public EtcdCluster Cluster => ((EtcdServers)Servers).Cluster;

    protected override int Members => 3;
}

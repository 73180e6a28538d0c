namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary>What a collection found.</summary>
/// <param name="Removed">Connections that had expired.</param>
/// <param name="Live4">Connections of IPv4 that stay.</param>
/// <param name="Live6">Connections of IPv6 that stay.</param>
internal readonly record struct ConnectionCount(int Removed, int Live4, int Live6);

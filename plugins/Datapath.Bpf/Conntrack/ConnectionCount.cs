namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary>What a collection found of one address family.</summary>
/// <param name="Seen">Connections that were there.</param>
/// <param name="Removed">Those that had expired.</param>
/// <param name="Room">Connections that there is room for.</param>
internal readonly record struct ConnectionCount(int Seen, int Removed, uint Room)
{
    /// <summary>Connections that stay.</summary>
    public int Live => Seen - Removed;

    /// <summary>Part of the room that was taken before the collection.</summary>
    public double Filled => (double)Seen / Math.Max(1, Room);

    /// <summary>Part of the room that is taken after it.</summary>
    public double FilledByLiving => (double)Live / Math.Max(1, Room);
}

using Cilium.Framework.Datapath.Bpf.Maps;

namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary>The connections of one address family, in whatever the programs keep them.</summary>
internal interface IConnectionStore<TKey>
    where TKey : unmanaged
{
    /// <summary>Connections that it can hold.</summary>
    uint Capacity { get; }

    /// <summary>Every connection. Those that come and go meanwhile may be missed or seen twice.</summary>
    IEnumerable<KeyValuePair<TKey, ConntrackValue>> Entries();

    /// <summary>Writes a connection whose key is not there.</summary>
    /// <returns>False when there is no room for it.</returns>
    bool Add(TKey key, ConntrackValue value);

    /// <summary>Writes a connection, over the one that has the same key.</summary>
    /// <returns>False when there is no room for it.</returns>
    bool Put(TKey key, ConntrackValue value);

    /// <summary>Gives back room that an agent had taken which was killed before it was done. What is found twice, a collection apart, is nobody's.</summary>
    /// <returns>How many connections there is room for again.</returns>
    int FreeAbandoned();

    /// <summary>Removes connections. One that changes meanwhile so that it need not go, stays.</summary>
    /// <param name="doomed">Which.</param>
    /// <param name="removed">Called with each as it was when it went.</param>
    /// <returns>How many were there, and how many of them were removed.</returns>
    (int Seen, int Removed) Remove(Func<TKey, ConntrackValue, bool> doomed, Action<TKey, ConntrackValue>? removed = null);
}

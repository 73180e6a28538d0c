namespace Cilium.Framework.Datapath.Simulator.Tables;

/// <summary>Connections, found by the packets of either side. Never evicts: when all are live it takes no more.</summary>
internal sealed class ConnectionTable(int capacity)
{
    private readonly Dictionary<ConnectionKey, Connection> _connections = [];

    public IEnumerable<Connection> All => _connections.Values;

    /// <summary>The connection of a packet; <paramref name="fromInitiator"/> says whose packet it is.</summary>
    public Connection? Find(ConnectionKey packet, out bool fromInitiator)
    {
        fromInitiator = _connections.TryGetValue(packet, out var connection);
        return fromInitiator ? connection : _connections.GetValueOrDefault(packet.Reversed);
    }

    /// <summary>Takes a connection, in the place of any other under its ports.</summary>
    /// <returns>False when there is no room.</returns>
    public bool TryAdd(Connection connection, long now)
    {
        _connections.Remove(connection.Key);
        _connections.Remove(connection.Key.Reversed);
        if (_connections.Count >= capacity)
            RemoveWhere(other => other.Expires <= now);
        if (_connections.Count >= capacity)
            return false;
        _connections.Add(connection.Key, connection);
        return true;
    }

    public void RemoveOf(ushort endpoint) =>
        RemoveWhere(connection => connection.Verdict.Initiator.Endpoint == endpoint || connection.Verdict.Responder.Endpoint == endpoint);

    private void RemoveWhere(Predicate<Connection> unwanted)
    {
        foreach (var connection in _connections.Values.Where(connection => unwanted(connection)).ToArray())
            _connections.Remove(connection.Key);
    }
}

using Cilium.Framework.Tables;

namespace Cilium.Framework.Reconciliation;

/// <summary>Judges gates by the present state of the tables they name.</summary>
public sealed class GateKeeper : IGateKeeper
{
    private readonly Dictionary<string, IGateTable> _tables;

    /// <param name="tables">All tables that a gate may name; no name twice.</param>
    public GateKeeper(params IEnumerable<IGateTable> tables) => _tables = tables.ToDictionary(table => table.Name, StringComparer.Ordinal);

    /// <inheritdoc />
    public GateVerdict Judge(Gate gate)
    {
        ArgumentNullException.ThrowIfNull(gate);
        var failed = GateVerdict.Open;
        foreach (var condition in gate.Conditions)
        {
            if (!_tables.TryGetValue(condition.Table, out var table))
                throw new ArgumentException($"a gate names the table {condition.Table}, which is not known. Known: {string.Join(", ", _tables.Keys.Order(StringComparer.Ordinal))}.", nameof(gate));
            var verdict = table.Judge(condition);
            if (verdict.State == GateState.Closed)
                return verdict;
            if (verdict.State == GateState.Failed)
                failed = verdict;
        }

        return failed;
    }

    /// <inheritdoc />
    public IDisposable Attach(Wake wake) => new Attachments([.. _tables.Values.Select(table => table.Attach(wake))]);

    private sealed class Attachments(IDisposable[] parts) : IDisposable
    {
        public void Dispose()
        {
            foreach (var part in parts)
                part.Dispose();
        }
    }
}

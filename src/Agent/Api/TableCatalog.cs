using Cilium.Framework.Client.Models;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Agent.Api;

/// <summary>The agent's tables in words, for <c>cilium db show</c>.</summary>
internal sealed class TableCatalog
{
    private readonly SortedDictionary<string, Func<TableDump>> _tables = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Names => [.. _tables.Keys];

    /// <summary>A table whose rows are shown by the given columns.</summary>
    public TableCatalog Add<TKey, TRow>(IReadTable<TKey, TRow> table, IReadOnlyList<string> columns, Func<TRow, IEnumerable<object?>> cells)
        where TKey : notnull
        where TRow : class
    {
        _tables[table.Name] = () => Dump(table.Name, columns, table.Snapshot.Select(cells));
        return this;
    }

    /// <summary>A table of desired rows; what became of each is shown behind the given columns.</summary>
    public TableCatalog Add<TKey, TRow>(DesiredTable<TKey, TRow> table, IReadOnlyList<string> columns, Func<TRow, IEnumerable<object?>> cells)
        where TKey : notnull
        where TRow : class
    {
        _tables[table.Name] = () => Dump(table.Name, [.. columns, "Status", "Text"], table.Rows.Snapshot.Select(row => cells(row.Row).Append(row.IsDeleting ? "Deleting" : row.Status.State).Append(row.Status.Text)));
        return this;
    }

    /// <summary>Something that is no table, shown as one.</summary>
    public TableCatalog Add(string name, IReadOnlyList<string> columns, Func<IEnumerable<IEnumerable<object?>>> rows)
    {
        _tables[name] = () => Dump(name, columns, rows());
        return this;
    }

    /// <exception cref="RefusedException">404 with the known names.</exception>
    public TableDump Show(string name) => _tables.TryGetValue(name, out var dump)
        ? dump()
        : throw new RefusedException(404, $"There is no table {TextShown.Of(name)}. Known: {string.Join(", ", _tables.Keys)}.");

    private static TableDump Dump(string name, IReadOnlyList<string> columns, IEnumerable<IEnumerable<object?>> rows) => new()
    {
        Name = name, Columns = columns,
        Rows = [.. rows.Select(cells => (IReadOnlyList<string>)[.. cells.Select(cell => Convert.ToString(cell, System.Globalization.CultureInfo.InvariantCulture) ?? "")])
            .OrderBy(row => row[0].Length).ThenBy(row => row[0], StringComparer.Ordinal)],
    };
}

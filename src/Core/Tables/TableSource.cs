namespace Cilium.Framework.Tables;

/// <summary>Somebody who fills a table and tells when everything that existed at the start is in it.</summary>
public sealed class TableSource
{
    private readonly Action<TableSource> _listDone;

    internal TableSource(string name, Action<TableSource> listDone) => (Name, _listDone) = (name, listDone);

    /// <summary>Name, unique within its table.</summary>
    public string Name { get; }

    /// <summary>The initial list is complete in the table. Saying so again changes nothing.</summary>
    public void ListDone() => _listDone(this);
}

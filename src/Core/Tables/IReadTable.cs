using System.Diagnostics.CodeAnalysis;

namespace Cilium.Framework.Tables;

/// <summary>What can be said about a table without knowing its rows.</summary>
public interface IReadTable
{
    /// <summary>Lower-case words joined by dashes, such as <c>kv-nodes</c>.</summary>
    string Name { get; }

    /// <summary>Number of the last change; grows by one with every row changed.</summary>
    ulong Revision { get; }

    /// <summary>Number of rows.</summary>
    int Count { get; }

    /// <summary>Every registered source has delivered its initial list. A table without any source is not initialised.</summary>
    bool IsInitialized { get; }

    /// <summary>Completes when the table is initialised.</summary>
    Task Initialized { get; }

    /// <summary>Registered sources that have not delivered their initial list yet, ordered by name; for <c>status</c>.</summary>
    IReadOnlyList<string> PendingSources { get; }

    /// <summary>Sets <paramref name="wake"/> after every change and when the table becomes initialised, until disposed. Does not set it now.</summary>
    IDisposable Attach(Wake wake);

    /// <summary>Completes when the table's revision is above the one given.</summary>
    Task WaitAsync(ulong above, CancellationToken cancellationToken);
}

/// <summary>A table as its readers see it. Reading takes no lock; enumerating the table enumerates its rows of this moment.</summary>
public interface IReadTable<TKey, TRow> : IReadTable, IReadOnlyCollection<TRow>
    where TKey : notnull
    where TRow : class
{
    /// <summary>All rows of this moment.</summary>
    TableSnapshot<TKey, TRow> Snapshot { get; }

    /// <inheritdoc cref="IReadTable.Count" />
    new int Count { get; }

    /// <summary>The row under a key; null when there is none.</summary>
    TRow? this[TKey key] { get; }

    /// <summary>Looks a key up.</summary>
    bool TryGet(TKey key, [NotNullWhen(true)] out TRow? row);

    /// <summary>A reader of changes that begins with all present rows. Dispose it: what it has not read yet is kept for it.</summary>
    TableTracker<TKey, TRow> Track();
}

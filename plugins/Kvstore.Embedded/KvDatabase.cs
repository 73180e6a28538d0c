using System.Globalization;
using Cilium.Framework.Errors;
using Microsoft.Data.Sqlite;

namespace Cilium.Framework.Kvstore.Embedded;

/// <summary>The file: keys, values, the number of the last commit. Used by one caller at a time.</summary>
internal sealed class KvDatabase : IDisposable
{
    /// <summary>Version of the tables: 2 has leases, 1 had none and is brought up to it. A file of a newer one is refused.</summary>
    private const long Schema = 2;

    private readonly SqliteConnection _connection;

    private KvDatabase(SqliteConnection connection) => (_connection, Leases) = (connection, new(this));

    public LeaseTable Leases { get; }

    public static KvDatabase Open(string path)
    {
        // No pool: it would keep the file and its lock after disposal.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 1 }.ToString());
        try
        {
            connection.Open();
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            var database = new KvDatabase(connection);
            database.Prepare(path);
            return database;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public ulong Revision() => (ulong)(long)Scalar("SELECT value FROM meta WHERE name = 'revision'")!;

    public long Count() => (long)Scalar("SELECT count(*) FROM kv")!;

    public KvEntry? Get(string key)
    {
        using var command = Command("SELECT value, revision FROM kv WHERE key = $key", ("$key", key));
        using var reader = command.ExecuteReader();
        return reader.Read() ? new(key, (byte[])reader[0], (ulong)reader.GetInt64(1)) : null;
    }

    /// <summary>Keys of a prefix, in ordinal order.</summary>
    public List<KvEntry> List(string prefix)
    {
        // Keys are ordered by their bytes, so those of a prefix lie side by side, beginning with the prefix itself.
        using var command = Command("SELECT key, value, revision FROM kv WHERE key >= $prefix ORDER BY key", ("$prefix", prefix));
        using var reader = command.ExecuteReader();
        var entries = new List<KvEntry>();
        while (reader.Read() && reader.GetString(0) is var key && key.StartsWith(prefix, StringComparison.Ordinal))
            entries.Add(new(key, (byte[])reader[1], (ulong)reader.GetInt64(2)));
        entries.Sort((a, b) => string.CompareOrdinal(a.Key, b.Key));
        return entries;
    }

    public bool IsPrefixEmpty(string prefix)
    {
        using var command = Command("SELECT key FROM kv WHERE key >= $prefix ORDER BY key LIMIT 1", ("$prefix", prefix));
        return command.ExecuteScalar() is not string first || !first.StartsWith(prefix, StringComparison.Ordinal);
    }

    public SqliteTransaction Begin() => _connection.BeginTransaction();

    /// <param name="key">The key.</param>
    /// <param name="value">Its bytes.</param>
    /// <param name="revision">Number of the commit.</param>
    /// <param name="lease">Takes the place of the lease that it had; null: none.</param>
    public void Put(string key, byte[] value, ulong revision, long? lease) => Execute(
        "INSERT INTO kv (key, value, revision, lease) VALUES ($key, $value, $revision, $lease) ON CONFLICT (key) DO UPDATE SET value = $value, revision = $revision, lease = $lease",
        ("$key", key), ("$value", value), ("$revision", (long)revision), ("$lease", (object?)lease ?? DBNull.Value));

    public void Delete(string key) => Execute("DELETE FROM kv WHERE key = $key", ("$key", key));

    public void SetRevision(ulong revision) => Execute("UPDATE meta SET value = $revision WHERE name = 'revision'", ("$revision", (long)revision));

    public void Dispose() => _connection.Dispose();

    private void Prepare(string path)
    {
        // EXCLUSIVE: a second agent on the same file is refused instead of missing changes. FULL: an acknowledged commit is on disk.
        Execute("PRAGMA locking_mode = EXCLUSIVE");
        Scalar("PRAGMA journal_mode = WAL");
        Execute("PRAGMA synchronous = FULL");
        var schema = (long)Scalar("PRAGMA user_version")!;
        if (schema > Schema)
            throw new CiliumException(ErrorKind.Unsupported, $"kvstore embedded: {path} was written by a newer version (format {schema}, known: {Schema}). Upgrade the agent or give it another path (kvstore.embedded.path).");
        if (schema == Schema)
            return;
        using var transaction = Begin();
        Execute("CREATE TABLE IF NOT EXISTS kv (key TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL, revision INTEGER NOT NULL) WITHOUT ROWID");
        Execute("CREATE TABLE IF NOT EXISTS meta (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID");
        Execute("INSERT OR IGNORE INTO meta VALUES ('revision', 0)");
        LeaseTable.Create(this);
        Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {Schema}"));
        transaction.Commit();
    }

    public void Execute(string text, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var command = Command(text, parameters);
        command.ExecuteNonQuery();
    }

    public object? Scalar(string text, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var command = Command(text, parameters);
        return command.ExecuteScalar();
    }

    public SqliteCommand Command(string text, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Every text is a constant of this class or of LeaseTable; values are parameters.
        command.CommandText = text;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        return command;
    }
}

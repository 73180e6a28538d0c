namespace Cilium.Framework.Kvstore.Embedded;

/// <summary>The leases in the file, and which key has which. Used by one caller at a time.</summary>
internal sealed class LeaseTable(KvDatabase database)
{
    /// <summary>Adds the tables to a file of schema 1, which had no leases.</summary>
    public static void Create(KvDatabase database)
    {
        // AUTOINCREMENT: the number of a lease that ended is never given again.
        database.Execute("CREATE TABLE lease (id INTEGER PRIMARY KEY AUTOINCREMENT, milliseconds INTEGER NOT NULL)");
        database.Execute("ALTER TABLE kv ADD COLUMN lease INTEGER");
        database.Execute("CREATE INDEX kv_lease ON kv (lease) WHERE lease IS NOT NULL");
    }

    public long Grant(TimeSpan timeToLive) => (long)database.Scalar("INSERT INTO lease (milliseconds) VALUES ($milliseconds) RETURNING id", ("$milliseconds", (long)Math.Ceiling(timeToLive.TotalMilliseconds)))!;

    public long Count() => (long)database.Scalar("SELECT count(*) FROM lease")!;

    public List<(long Id, TimeSpan TimeToLive)> All()
    {
        using var command = database.Command("SELECT id, milliseconds FROM lease ORDER BY id");
        using var reader = command.ExecuteReader();
        var leases = new List<(long, TimeSpan)>();
        while (reader.Read())
            leases.Add((reader.GetInt64(0), TimeSpan.FromMilliseconds(reader.GetInt64(1))));
        return leases;
    }

    public List<string> KeysOf(long lease)
    {
        using var command = database.Command("SELECT key FROM kv WHERE lease = $lease ORDER BY key", ("$lease", lease));
        using var reader = command.ExecuteReader();
        var keys = new List<string>();
        while (reader.Read())
            keys.Add(reader.GetString(0));
        return keys;
    }

    /// <summary>Removes a lease with its keys.</summary>
    public void End(long lease)
    {
        database.Execute("DELETE FROM kv WHERE lease = $lease", ("$lease", lease));
        database.Execute("DELETE FROM lease WHERE id = $lease", ("$lease", lease));
    }
}

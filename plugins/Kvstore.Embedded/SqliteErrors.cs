using Cilium.Framework.Errors;
using Microsoft.Data.Sqlite;

namespace Cilium.Framework.Kvstore.Embedded;

/// <summary>Puts what SQLite says into the words of the contract. Numbers: sqlite.org/rescode.html.</summary>
internal static class SqliteErrors
{
    private const int Busy = 5, Corrupt = 11, Full = 13, CannotOpen = 14, NotADatabase = 26;

    public static CiliumException Describe(SqliteException error, string path) => error.SqliteErrorCode switch
    {
        Busy => new(ErrorKind.Unavailable, $"kvstore embedded: {path} is in use by another process. One agent can use it at a time: stop the other one, or give this one its own path (kvstore.embedded.path).", error),
        Full => new(ErrorKind.Exhausted, $"kvstore embedded: {path} cannot grow: {error.Message} Make room on its file system.", error),
        CannotOpen => new(ErrorKind.Unavailable, $"kvstore embedded: {path} cannot be opened: {error.Message} Check that its folder exists and can be written.", error),
        Corrupt or NotADatabase => new(ErrorKind.Unavailable, $"kvstore embedded: {path} is not an intact database: {error.Message} Restore it from a backup or move it away; the agent then starts with an empty store.", error),
        _ => new(ErrorKind.Unavailable, $"kvstore embedded: {path}: {error.Message}", error),
    };
}

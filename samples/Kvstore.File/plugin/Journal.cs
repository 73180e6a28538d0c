using System.Text.Json;
using Cilium.Framework.Errors;

namespace Example.FileStore;

/// <summary>A file of commits, one line each. A line that does not end was never acknowledged, and is cut off.</summary>
internal sealed class Journal : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly string _path;
    private readonly FileStream _lock;
    private FileStream _file;

    public Journal(string folder)
    {
        _path = Path.Combine(folder, "journal");
        // FileShare.None is an exclusive lock: a second agent on the same folder is refused.
        _lock = new FileStream(Path.Combine(folder, "lock"), new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.None, UnixCreateMode = Private });
        _file = Open(_path, FileMode.OpenOrCreate);
    }

    public long Length => _file.Length;

    /// <summary>Reads every whole line, and cuts off what follows.</summary>
    public IReadOnlyList<Record> Read()
    {
        var bytes = File.ReadAllBytes(_path);
        var records = new List<Record>();
        var good = 0;
        while (bytes.AsSpan(good).IndexOf((byte)'\n') is >= 0 and var length)
        {
            try
            {
                records.Add(JsonSerializer.Deserialize(bytes.AsSpan(good, length), RecordJson.Default.Record)!);
            }
            catch (JsonException error)
            {
                throw new CiliumException(ErrorKind.Unavailable, $"kvstore file: {_path} is damaged at byte {good}: {error.Message} Restore it from a backup or move it away; the agent then starts with an empty store.", error);
            }

            good += length + 1;
        }

        _file.SetLength(good);
        _file.Position = good;
        return records;
    }

    /// <summary>The line is on the disk when this returns; when it throws, the file is as it was.</summary>
    public void Append(Record record)
    {
        var before = _file.Position;
        try
        {
            JsonSerializer.Serialize(_file, record, RecordJson.Default.Record);
            _file.WriteByte((byte)'\n');
            _file.Flush(flushToDisk: true);
        }
        catch (IOException error)
        {
            _file.SetLength(before);
            _file.Position = before;
            throw new CiliumException(ErrorKind.Exhausted, $"kvstore file: {_path} cannot grow: {error.Message} Make room on its file system. Nothing was changed.", error);
        }
    }

    /// <summary>Puts other lines in the place of all; a crash leaves the old file or the new one.</summary>
    public void Replace(IEnumerable<Record> records)
    {
        var next = Open(_path + ".new", FileMode.Create);
        foreach (var record in records)
        {
            JsonSerializer.Serialize(next, record, RecordJson.Default.Record);
            next.WriteByte((byte)'\n');
        }

        next.Flush(flushToDisk: true);
        File.Move(_path + ".new", _path, overwrite: true);
        _file.Dispose();
        _file = next;
    }

    public void Dispose()
    {
        _file.Dispose();
        _lock.Dispose();
    }

    private static FileStream Open(string path, FileMode mode) =>
        new(path, new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite, UnixCreateMode = Private });
}

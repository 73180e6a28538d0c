using Cilium.Framework.Errors;

namespace Cilium.Framework.State;

/// <summary>What the agent was told, in files that survive a crash of the machine. One agent per directory.</summary>
/// <remarks>Each file is replaced as a whole: written beside, flushed to the disk, renamed. A reader sees the old content or the new one, never a part.</remarks>
public sealed class StateDirectory : IDisposable
{
    /// <summary>EAGAIN: flock(2) says that somebody else holds the lock.</summary>
    private const int HeldByAnother = 11;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly FileStream _lock;

    private StateDirectory(string path, FileStream lockFile) => (Path, _lock) = (path, lockFile);

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    /// <summary>Makes the directory if need be and takes its lock, which the kernel gives back when the process ends, however it ends.</summary>
    /// <param name="path">Absolute path.</param>
    /// <exception cref="CiliumException">Another agent holds it, or it cannot be made.</exception>
    public static StateDirectory Open(string path)
    {
        try
        {
            Directory.CreateDirectory(path, OwnerOnly);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, exception);
        }

        try
        {
            // FileShare.None is flock(2) on Linux.
            return new StateDirectory(path, new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException exception) when (exception.HResult == HeldByAnother)
        {
            throw new CiliumException(
                ErrorKind.Conflict, $"CF1002 state directory {path}: another agent uses it. Stop that agent, or give this one a directory of its own (state-dir).", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, exception);
        }
    }

    /// <summary>Reads a file.</summary>
    /// <param name="name">File name.</param>
    /// <returns>Its content; null when it was never written.</returns>
    public byte[]? Read(string name)
    {
        var file = System.IO.Path.Combine(Path, name);
        return File.Exists(file) ? File.ReadAllBytes(file) : null;
    }

    /// <summary>Replaces a file; when the call returns, the content survives a crash of the machine.</summary>
    /// <param name="name">File name.</param>
    /// <param name="content">The whole content.</param>
    /// <exception cref="CiliumException">The disk is full or fails, or the file may not be written. The old content stands.</exception>
    public void Write(string name, ReadOnlySpan<byte> content)
    {
        var file = System.IO.Path.Combine(Path, name);
        var beside = file + ".new";
        try
        {
            using (var stream = new FileStream(beside, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(beside, file, overwrite: true);
            DirectorySync.Flush(Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A part of the new content would keep room that somebody else needs now.
            Discard(beside);
            throw new CiliumException(ErrorKind.Exhausted, $"CF1003 state file {file}: cannot be written ({exception.Message}). What was stored before stands; make room on the disk, and let this user write there.", exception);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _lock.Dispose();

    private static CiliumException Unusable(string path, Exception exception) => new(
        ErrorKind.Denied, $"CF1001 state directory {path}: cannot be used ({exception.Message}). Make room on the disk, let this user write there, or set state-dir to another path.", exception);

    private static void Discard(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next write replaces it.
        }
    }
}

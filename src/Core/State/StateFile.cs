using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cilium.Framework.Errors;

namespace Cilium.Framework.State;

/// <summary>One JSON document of the state directory.</summary>
/// <typeparam name="T">Its content.</typeparam>
/// <param name="directory">The directory.</param>
/// <param name="name">File name.</param>
/// <param name="type">How it is read and written.</param>
public sealed class StateFile<T>(StateDirectory directory, string name, JsonTypeInfo<T> type)
    where T : class
{
    private byte[]? _written;

    /// <summary>Reads the document.</summary>
    /// <returns>Null when it was never written.</returns>
    /// <exception cref="CiliumException">It is damaged: the agent must not start as if it had been told nothing.</exception>
    public T? Read()
    {
        var content = directory.Read(name);
        if (content is null)
            return null;
        try
        {
            var read = JsonSerializer.Deserialize(content, type);
            _written = content;
            return read;
        }
        catch (JsonException exception)
        {
            throw new CiliumException(
                ErrorKind.Invalid,
                $"CF1004 state file {Path.Combine(directory.Path, name)}: damaged at line {exception.LineNumber + 1} ({exception.Message}). Restore it from a backup, or move it away to start without it.",
                exception);
        }
    }

    /// <summary>Writes the document, unless it is what the file holds already.</summary>
    /// <param name="content">The whole content.</param>
    /// <exception cref="CiliumException">The disk is full or fails. The old content stands.</exception>
    public void Write(T content)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(content, type);
        if (_written is not null && bytes.AsSpan().SequenceEqual(_written))
            return;
        directory.Write(name, bytes);
        _written = bytes;
    }
}

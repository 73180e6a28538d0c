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
    public T? Read() => Read(content => content);

    /// <summary>Reads the document into what the agent works with.</summary>
    /// <typeparam name="TResult">What the agent works with.</typeparam>
    /// <param name="convert">Reads addresses, labels and numbers; what it cannot read is damage.</param>
    /// <returns>Null when it was never written.</returns>
    /// <exception cref="CiliumException">It has a newer format, it is damaged, or another version wrote what this one does not know: the agent must not start as if it had been told nothing.</exception>
    public TResult? Read<TResult>(Func<T, TResult> convert)
        where TResult : class
    {
        ArgumentNullException.ThrowIfNull(convert);
        var bytes = directory.Read(name);
        if (bytes is null)
            return null;
        if (StateFormat.Of(bytes) is var format && format > StateFormat.Newest)
            throw new CiliumException(ErrorKind.Invalid, $"CF1005 state file {Path.Combine(directory.Path, name)} has format {format}; this version reads formats up to {StateFormat.Newest}. A newer version wrote it. Nothing was changed. Start that version again, or move the file away to start without it.");
        try
        {
            var content = JsonSerializer.Deserialize(bytes, type) ?? throw new FormatException("it holds null.");
            var converted = convert(content);
            _written = bytes;
            return converted;
        }
        catch (JsonException exception)
        {
            throw Damaged($"line {exception.LineNumber + 1}, {(string.IsNullOrEmpty(exception.Path) ? "$" : exception.Path)}: {Reason(exception)}", exception);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidOperationException or OverflowException or CiliumException { Kind: ErrorKind.Invalid })
        {
            throw Damaged(exception.Message, exception);
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

    /// <summary>Writes a document that the caller has put into words, and knows to be another one.</summary>
    /// <param name="document">The whole content as JSON of <typeparamref name="T"/>.</param>
    /// <exception cref="CiliumException">The disk is full or fails. The old content stands.</exception>
    public void Write(ReadOnlySpan<byte> document)
    {
        _written = null;
        directory.Write(name, document);
    }

    /// <summary>The serializer appends path and place to its message; they are said already.</summary>
    private static string Reason(JsonException exception) => exception.Message.Split(" Path: ")[0];

    private CiliumException Damaged(string why, Exception exception) => new(
        ErrorKind.Invalid,
        $"CF1004 state file {Path.Combine(directory.Path, name)} is damaged, or was written by another version: {why} Nothing was changed. Restore it from a backup, or move it away to start without it.",
        exception);
}

using System.Text;
using System.Text.Json;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Store;

/// <summary>
/// Reads one object member by member, without a tree of it: for values of which there are a hundred thousand. Means what <see cref="GoJson"/> means; throws what
/// <see cref="GoJson.IsBroken"/> knows when the value is no JSON.
/// </summary>
/// <param name="json">The whole value.</param>
internal ref struct GoJsonReader(ReadOnlyMemory<byte> json)
{
    /// <summary>Octets of the longest text of an address, each of its characters escaped (RFC 8259, 7).</summary>
    private const int LongestAddress = 45 * 6;

    private Utf8JsonReader _reader = new(json.Span);

    private readonly JsonValueKind Kind => _reader.TokenType switch
    {
        JsonTokenType.StartArray => JsonValueKind.Array,
        JsonTokenType.String => JsonValueKind.String,
        JsonTokenType.Number => JsonValueKind.Number,
        JsonTokenType.True => JsonValueKind.True,
        JsonTokenType.False => JsonValueKind.False,
        _ => JsonValueKind.Null,
    };

    /// <summary>Goes to the next member; false behind the last one.</summary>
    /// <exception cref="FormatException">The value is no object.</exception>
    public bool Next()
    {
        if (_reader.TokenType == JsonTokenType.None && _reader.Read() && _reader.TokenType != JsonTokenType.StartObject)
            throw GoJson.NoObject(Kind);
        // The value of a member that nobody asked for.
        if (_reader.TokenType == JsonTokenType.PropertyName)
            _reader.Skip();
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.PropertyName)
            return true;
        // Objects to what follows the object.
        _reader.Read();
        return false;
    }

    /// <summary>The member has this name.</summary>
    public readonly bool Is(ReadOnlySpan<byte> name) => _reader.ValueTextEquals(name);

    /// <summary>Text of the member; "" for null.</summary>
    public string Text(string name)
    {
        _reader.Read();
        return _reader.TokenType switch
        {
            JsonTokenType.String => _reader.GetString()!,
            JsonTokenType.Null => "",
            _ => throw Refused(name, "a text"),
        };
    }

    public uint Number(string name)
    {
        _reader.Read();
        return _reader.TokenType == JsonTokenType.Number && _reader.TryGetUInt32(out var number) ? number : throw Refused(name, "0..4294967295");
    }

    /// <summary>Address of the member, as the range that holds it alone; null when it is empty.</summary>
    public IpPrefix? Host(string name)
    {
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.Null)
            return null;
        if (_reader.TokenType == JsonTokenType.String && _reader.ValueSpan.Length <= LongestAddress)
        {
            Span<char> text = stackalloc char[LongestAddress];
            text = text[.._reader.CopyString(text)];
            if (text.IsEmpty)
                return null;
            if (!text.Contains('/') && IpPrefix.TryParse(text, out var host))
                return host;
        }

        throw Refused(name, GoJson.AnAddress);
    }

    private FormatException Refused(string name, string accepted)
    {
        var start = (int)_reader.TokenStartIndex;
        _reader.Skip();
        return GoJson.Refused(name, Encoding.UTF8.GetString(json.Span[start..(int)_reader.BytesConsumed]), accepted);
    }
}

using System.Buffers;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Labels;

/// <summary>One security label: where it comes from, its key, its value.</summary>
/// <remarks>
/// The text form is <c>source:key=value</c>. Because the store key of a label set is built by joining labels with <c>;</c>
/// (Cilium facts 9.4), a part never holds <c>;</c>, control characters or characters outside ASCII; the key is never empty;
/// the source holds letters, digits, <c>-</c>, <c>_</c> and <c>.</c> only (a <c>/</c> there would let one set's store folder lie inside another's), the key no <c>=</c>.
/// <c>/</c> and <c>.</c> are fine in keys, <c>=</c> in values.
/// </remarks>
/// <param name="Source">Such as <c>k8s</c>, <c>container</c>, <c>reserved</c>; <c>unspec</c> when nobody said.</param>
/// <param name="Key">Never empty.</param>
/// <param name="Value">May be empty.</param>
public readonly record struct Label(string Source, string Key, string Value = "") : IComparable<Label>
{
    /// <summary>Source of labels that were written without one.</summary>
    public const string UnspecifiedSource = "unspec";

    /// <summary>In selectors: any source.</summary>
    public const string AnySource = "any";

    /// <summary>Source of the labels with a fixed identity.</summary>
    public const string ReservedSource = "reserved";

    /// <summary>Source of the labels of address prefixes.</summary>
    public const string CidrSource = "cidr";

    private static readonly SearchValues<char> SourceCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    /// <summary>By key, then source, then value, ordinal: the order of the store key.</summary>
    /// <param name="other">The other label.</param>
    public int CompareTo(Label other)
    {
        var order = string.CompareOrdinal(Key, other.Key);
        if (order == 0)
            order = string.CompareOrdinal(Source, other.Source);
        return order == 0 ? string.CompareOrdinal(Value, other.Value) : order;
    }

    /// <summary><c>source:key=value</c>, or <c>source:key</c> when the value is empty.</summary>
    public override string ToString() => Value.Length == 0 ? $"{Source}:{Key}" : $"{Source}:{Key}={Value}";

    /// <summary>Reads <c>[source:]key[=value]</c>. The first <c>=</c> ends the key; a <c>:</c> before it ends the source.</summary>
    /// <param name="text">The label.</param>
    /// <param name="defaultSource">Source when the text names none.</param>
    /// <exception cref="FormatException">What is wrong and at which position, counted from 0.</exception>
    public static Label Parse(string text, string defaultSource = UnspecifiedSource) =>
        TryParse(text, defaultSource, out var label, out var error) ? label : throw new FormatException(error);

    /// <summary>Reads <c>[source:]key[=value]</c> without throwing.</summary>
    /// <param name="text">The label.</param>
    /// <param name="defaultSource">Source when the text names none.</param>
    /// <param name="label">The label, when the text is one.</param>
    /// <param name="error">Otherwise what is wrong and at which position, counted from 0.</param>
    public static bool TryParse(string text, string defaultSource, out Label label, out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        label = default;
        for (var i = 0; i < text.Length; i++)
        {
            var why = text[i] switch
            {
                ';' => "';' separates labels in the store",
                '\0' => "NUL",
                < ' ' or '\x7f' => "a control character",
                > '\x7e' => "not ASCII",
                _ => null,
            };
            if (why is not null)
            {
                error = $"Label \"{Excerpt.Of(text)}\": character U+{(int)text[i]:X4} at position {i} is not accepted ({why}). Accepted: [source:]key[=value] in printable ASCII without ';'.";
                return false;
            }
        }

        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? text : text[..equals];
        var value = equals < 0 ? "" : text[(equals + 1)..];
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        var source = colon < 0 ? defaultSource : name[..colon];
        var key = colon < 0 ? name : name[(colon + 1)..];
        var bad = source.AsSpan().IndexOfAnyExcept(SourceCharacters);
        if (bad >= 0)
        {
            error = $"Label \"{Excerpt.Of(text)}\": character '{source[bad]}' at position {bad} is not accepted in a source. Accepted: letters, digits, '-', '_' and '.'.";
            return false;
        }

        if (key.Length == 0)
        {
            error = $"Label \"{Excerpt.Of(text)}\": the key at position {colon + 1} is empty. Accepted: [source:]key[=value].";
            return false;
        }

        error = null;
        label = new(source.Length == 0 ? defaultSource : source, key, value);
        return true;
    }
}

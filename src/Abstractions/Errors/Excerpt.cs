namespace Cilium.Framework.Errors;

/// <summary>An offending value as an error text shows it: shortened, and in printable ASCII, so that it neither floods nor garbles a log or a terminal.</summary>
public static class Excerpt
{
    /// <summary>Most characters of a value that are shown: enough to find it again.</summary>
    public const int MaxLength = 60;

    /// <summary>At most <see cref="MaxLength"/> characters of a text.</summary>
    /// <param name="text">The value.</param>
    public static string Of(string text) => Of(text, MaxLength);

    /// <summary>The text when it is short enough; otherwise its beginning, and how long it is.</summary>
    /// <param name="text">The value.</param>
    /// <param name="most">Most characters of it that are shown.</param>
    public static string Of(string text, int most)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= most ? Printable(text) : $"{Printable(text[..most])}... ({text.Length} characters)";
    }

    private static string Printable(string text) => text.AsSpan().ContainsAnyExceptInRange(' ', '~')
        ? string.Concat(text.Select(c => c is < ' ' or > '~' ? $"\\u{(int)c:x4}" : c.ToString()))
        : text;
}

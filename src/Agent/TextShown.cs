using System.Text;

namespace Cilium.Framework.Agent;

/// <summary>A value from outside in a message: shortened, and without what would garble a terminal or break a line of the log.</summary>
internal static class TextShown
{
    private const int Longest = 60;

    public static string Of(string text)
    {
        var shown = new StringBuilder();
        foreach (var c in text.Length > Longest ? text[..Longest] : text)
            _ = c is < ' ' or > '~' ? shown.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : shown.Append(c);
        return text.Length > Longest ? shown.Append("...").ToString() : shown.ToString();
    }
}

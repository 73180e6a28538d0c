using System.Text.RegularExpressions;

namespace Cilium.Framework.Cli.Output;

/// <summary>Words that nobody can read in two lines: addresses, prefixes, numbers. They break only between an address and its port, and between two identities.</summary>
internal static partial class Atom
{
    /// <summary>Where the first word of a text may be broken; nowhere but at its end, when there is no such place. Null: it is no atom, and may be broken as any text.</summary>
    /// <param name="text">Begins with the word.</param>
    /// <param name="width">Longest piece.</param>
    public static int? Break(ReadOnlySpan<char> text, int width)
    {
        var word = FirstWord(text);
        if (!Whole().IsMatch(word))
            return null;
        var end = 0;
        foreach (var piece in Pieces().EnumerateMatches(word))
        {
            if (end > 0 && piece.Index + piece.Length > width)
                break;
            end = piece.Index + piece.Length;
        }

        return end;
    }

    /// <summary>Length of the longest piece of a cell that must stay in one line; 0: any width will do.</summary>
    public static int Longest(string cell)
    {
        var longest = 0;
        foreach (var word in cell.Split(' ').Where(word => Whole().IsMatch(word)))
        {
            foreach (var piece in Pieces().EnumerateMatches(word))
                longest = Math.Max(longest, piece.Length);
        }

        return longest;
    }

    private static ReadOnlySpan<char> FirstWord(ReadOnlySpan<char> text) => text.IndexOf(' ') is >= 0 and var blank ? text[..blank] : text;

    [GeneratedRegex(@"^(\d+(->\d+)?|(\d{1,3}\.){3}\d{1,3}(/\d+|:\d+)?|\[?[0-9A-Fa-f]*:[0-9A-Fa-f:.]*\]?(/\d+|:\d+)?)$")]
    private static partial Regex Whole();

    /// <summary>Up to "->", the ":" behind a bracket, or the ":" behind an IPv4 address; else the whole.</summary>
    [GeneratedRegex(@"\G(\d+->|\[[^\]]+\]:|[\d.]+\.\d+:|.+)")]
    private static partial Regex Pieces();
}

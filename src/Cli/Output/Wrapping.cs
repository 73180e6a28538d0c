using System.Buffers;

namespace Cilium.Framework.Cli.Output;

/// <summary>Breaks a text into lines: at a blank, never inside an address or number, else behind a mark that joins words in paths, labels and lists, else where the line ends.</summary>
internal static class Wrapping
{
    private static readonly SearchValues<char> Joints = SearchValues.Create("/.,;=_-");

    /// <param name="text">The text; empty gives one empty line.</param>
    /// <param name="width">Longest line, unless an address is longer.</param>
    public static IEnumerable<string> Lines(string text, int width)
    {
        var rest = text.AsMemory();
        while (rest.Length > width)
        {
            var end = End(rest.Span, width);
            yield return rest[..end].TrimEnd().ToString();
            rest = rest[end..].TrimStart();
        }

        if (rest.Length > 0 || text.Length == 0)
            yield return rest.ToString();
    }

    private static int End(ReadOnlySpan<char> text, int width)
    {
        var blank = text[..(width + 1)].LastIndexOf(' ');
        if (blank > 0)
            return blank;
        if (Atom.Break(text, width) is { } end)
            return end;
        // A line of a few characters reads worse than a broken word.
        var joint = text[..width].LastIndexOfAny(Joints);
        return joint >= width / 3 ? joint + 1 : width;
    }
}

namespace Cilium.Framework.Cli.Output;

/// <summary>A name and a text that goes on in lines below itself, within 80 columns or the terminal.</summary>
internal static class WrappedText
{
    private const int NameWidth = 12;
    private const int WidthWithoutTerminal = 80;

    public static void Write(string name, string text)
    {
        var width = (Console.IsOutputRedirected ? WidthWithoutTerminal : Math.Max(Console.WindowWidth, 40)) - NameWidth;
        foreach (var line in Lines(text, width))
        {
            Console.Out.WriteLine((name.PadRight(NameWidth) + line).TrimEnd());
            name = "";
        }
    }

    /// <summary>Breaks at blanks; a word longer than a line is broken where the line ends.</summary>
    private static IEnumerable<string> Lines(string text, int width)
    {
        var rest = text.AsMemory();
        while (rest.Length > width)
        {
            var blank = rest.Span[..(width + 1)].LastIndexOf(' ');
            var end = blank > 0 ? blank : width;
            yield return rest[..end].ToString();
            rest = rest[end..].TrimStart();
        }

        yield return rest.ToString();
    }
}

namespace Cilium.Framework.Demo;

/// <summary>The checks as a table for people, no wider than a terminal: the last column goes on below itself.</summary>
internal static class CheckTable
{
    private const int Width = 80, Gap = 2;

    public static void Write(IReadOnlyList<Check> checks)
    {
        string[] headings = ["FROM", "TO", "PACKETS", "SEEN", "DECIDED BY"];
        var rows = checks.Select(check => (string[])[check.From, check.To, check.What, check.AsExpected ? check.Seen : $"{check.Seen}, not {check.Expected} !", check.Rule]).Prepend(headings).ToList();
        var widths = headings.SkipLast(1).Select((_, column) => rows.Max(row => row[column].Length) + Gap).ToArray();
        Console.Out.WriteLine();
        foreach (var row in rows)
        {
            var line = string.Concat(row.SkipLast(1).Select((cell, column) => cell.PadRight(widths[column])));
            foreach (var part in Lines(row[^1], Width - widths.Sum()))
            {
                Console.Out.WriteLine((line + part).TrimEnd());
                line = new string(' ', line.Length);
            }
        }

        Console.Out.WriteLine();
    }

    /// <summary>Broken at spaces; a word that is longer stays whole.</summary>
    private static IEnumerable<string> Lines(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        yield return line;
    }
}

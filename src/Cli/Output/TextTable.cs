namespace Cilium.Framework.Cli.Output;

/// <summary>Rows under headings, without lines. Fits the terminal, or 80 columns when there is none: the widest columns give way and their cells go on below.</summary>
internal static class TextTable
{
    private const string Gap = "  ";

    /// <summary>A column is made narrower than this only when nothing else gives way, and never narrower than its heading or an address in it.</summary>
    private const int NarrowestColumn = 8;

    public static void Write(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var isHeading = true;
        foreach (var line in Format(columns, [.. rows], Screen.Width))
        {
            Console.Out.WriteLine(isHeading ? Screen.Bold(line) : line);
            isHeading = false;
        }
    }

    /// <summary>The lines of a table; the first one holds the headings.</summary>
    /// <param name="columns">Headings; shown in capitals.</param>
    /// <param name="rows">A cell for each column.</param>
    /// <param name="width">Longest line, unless there are too many columns for it.</param>
    public static IEnumerable<string> Format(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows, int width)
    {
        var headings = columns.Select(column => column.ToUpperInvariant()).ToList();
        var widths = Fit(headings, rows, width);
        return new[] { headings }.Concat(rows).SelectMany(row => Lines(row, widths));
    }

    private static int[] Fit(IReadOnlyList<string> headings, IReadOnlyList<IReadOnlyList<string>> rows, int width)
    {
        var unbroken = headings.Select((heading, i) => rows.Select(row => Atom.Longest(row[i])).Append(heading.Length).Max()).ToArray();
        var widths = headings.Select((heading, i) => rows.Select(row => row[i].Length).Append(heading.Length).Max()).ToArray();
        var excess = widths.Sum() + (Gap.Length * (widths.Length - 1)) - width;
        // Columns of texts give way before a column becomes unreadable; when that is not enough, down to their headings. Addresses stay whole.
        excess = Shrink(widths, [.. unbroken.Select(least => Math.Max(least, NarrowestColumn))], excess);
        Shrink(widths, unbroken, excess);
        return widths;
    }

    private static int Shrink(int[] widths, int[] narrowest, int excess)
    {
        for (; excess > 0; excess--)
        {
            var widest = Enumerable.Range(0, widths.Length).Where(i => widths[i] > narrowest[i]).DefaultIfEmpty(-1).MaxBy(i => i < 0 ? 0 : widths[i]);
            if (widest < 0)
                break;
            widths[widest]--;
        }

        return excess;
    }

    private static IEnumerable<string> Lines(IReadOnlyList<string> cells, int[] widths)
    {
        var parts = cells.Select((cell, i) => Wrapping.Lines(cell, widths[i]).ToList()).ToList();
        for (var line = 0; line < parts.Max(part => part.Count); line++)
            yield return string.Join(Gap, parts.Select((part, i) => (line < part.Count ? part[line] : "").PadRight(widths[i]))).TrimEnd();
    }
}

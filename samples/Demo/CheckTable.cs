namespace Cilium.Framework.Demo;

/// <summary>The checks as a table for people.</summary>
internal static class CheckTable
{
    public static void Write(IReadOnlyList<Check> checks)
    {
        string[] headings = ["FROM", "TO", "PORT", "PROTO", "FAMILY", "EXPECTED", "SEEN", "DECIDED BY"];
        var rows = checks.Select(check => (string[])[check.From, check.To, check.Port, check.Protocol, check.Family, check.Expected, check.AsExpected ? check.Seen : check.Seen + " !", check.Rule]).Prepend(headings).ToList();
        var widths = headings.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        Console.Out.WriteLine();
        foreach (var row in rows)
            Console.Out.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        Console.Out.WriteLine();
    }
}

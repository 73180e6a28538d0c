using Spectre.Console;

namespace Cilium.Framework.Cli.Output;

/// <summary>Rows under headings, without lines. Fits the terminal, or 80 columns when there is none.</summary>
internal static class TextTable
{
    private const int WidthWithoutTerminal = 80;

    public static void Write(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table { Border = TableBorder.None, ShowRowSeparators = false }.Collapse();
        foreach (var column in columns)
            table.AddColumn(new TableColumn(Markup.Escape(column.ToUpperInvariant())).NoWrap().PadLeft(0).PadRight(2));
        if (columns.Count > 0)
            table.Columns[^1].NoWrap = false;
        foreach (var row in rows)
            table.AddRow([.. row.Select(cell => new Text(cell))]);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected)
            console.Profile.Width = WidthWithoutTerminal;
        console.Write(table);
    }
}

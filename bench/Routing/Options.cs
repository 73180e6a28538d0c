using System.Globalization;

namespace Cilium.Framework.Routing.Bench;

/// <summary>What the command line asks for.</summary>
/// <param name="Layout">Folder of the programs.</param>
/// <param name="Json">Print JSON, not a table.</param>
/// <param name="Pairs">At most, for each figure.</param>
/// <param name="Seconds">Length of one run.</param>
/// <param name="Scale">A node in a large cluster instead of throughput.</param>
/// <param name="Only">Only these of vxlan, direct; null: both.</param>
internal sealed record Options(string Layout, bool Json, int Pairs, int Seconds, bool Scale, IReadOnlySet<string>? Only)
{
    public static Options Parse(string[] arguments)
    {
        return new(arguments[0], arguments.Contains("--json"), Number("--pairs", 60), Number("--seconds", 2), arguments.Contains("--scale"), Value("--only")?.Split(',').ToHashSet());

        int Number(string name, int usual) => Value(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;

        string? Value(string name) => Array.IndexOf(arguments, name) is >= 0 and var at ? arguments[at + 1] : null;
    }

    public bool Wants(string routing) => Only?.Contains(routing) != false;
}

using System.Globalization;

namespace Cilium.Framework.Datapath.Bench;

/// <summary>What the command line asks for.</summary>
/// <param name="Json">Print JSON, not a table.</param>
/// <param name="Rounds">Batches per flow.</param>
/// <param name="Table">Connections are kept in the table of our own, not in a hash of the kernel.</param>
/// <param name="Flows">Only these flows; null: all.</param>
/// <param name="Plot">Folder into which the plot of F1 and its table go, instead of measuring the flows; null: none.</param>
internal sealed record Options(bool Json, int Rounds, bool Table, IReadOnlySet<string>? Flows, string? Plot)
{
    public static Options Parse(string[] arguments)
    {
        return new(
            arguments.Contains("--json"),
            Value("--rounds") is { } rounds ? int.Parse(rounds, CultureInfo.InvariantCulture) : 100,
            (Value("--conntrack") ?? "table") == "table",
            Value("--flows")?.Split(',').ToHashSet(),
            Value("--plot"));

        string? Value(string name) => Array.IndexOf(arguments, name) is >= 0 and var at ? arguments[at + 1] : null;
    }

    public bool Wants(string flow) => Flows?.Contains(flow) != false;
}

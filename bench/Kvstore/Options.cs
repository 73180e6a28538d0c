using System.Globalization;

namespace Cilium.Framework.Kvstore.Bench;

/// <summary>What the command line asks for.</summary>
/// <param name="Json">Print JSON, not a table.</param>
/// <param name="Rounds">How often each figure is taken, ours and the raw one in turn.</param>
/// <param name="Seconds">Length of the stream of updates.</param>
/// <param name="Only">Only these of allocate, list, watch; null: all.</param>
/// <param name="List">What a process of its own lists and where: <c>ours</c> or <c>raw</c>, and the server. Null: this is the first process.</param>
internal sealed record Options(bool Json, int Rounds, int Seconds, IReadOnlySet<string>? Only, (string Way, Uri Server)? List)
{
    public static Options Parse(string[] arguments)
    {
        return new(
            arguments.Contains("--json"),
            Number("--rounds", 5),
            Number("--seconds", 30),
            Value("--only")?.Split(',').ToHashSet(),
            Value("--list-ours") is { } ours ? ("ours", new(ours)) : Value("--list-raw") is { } raw ? ("raw", new(raw)) : null);

        int Number(string name, int usual) => Value(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;

        string? Value(string name) => Array.IndexOf(arguments, name) is >= 0 and var at ? arguments[at + 1] : null;
    }

    public bool Wants(string part) => Only?.Contains(part) != false;
}

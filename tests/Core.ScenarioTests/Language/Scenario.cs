using Cilium.Framework.Errors;

namespace Cilium.Framework.Core.ScenarioTests.Language;

/// <summary>A sentence of the order of realisation as an example.</summary>
/// <param name="Name">Name of its file.</param>
/// <param name="Sentence">What it proves.</param>
/// <param name="Given">What has happened, and is realised.</param>
/// <param name="Phases">What happens one after the other.</param>
public sealed record Scenario(string Name, string Sentence, IReadOnlyList<string> Given, IReadOnlyList<Phase> Phases)
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Scenarios");

    /// <summary>Names of all scenarios.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.EnumerateFiles(Folder, "*.scenario").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    /// <summary>Everything that is said in it.</summary>
    public IEnumerable<string> Lines => Given.Concat(Phases.SelectMany(phase => phase.Deeds.Concat(phase.Always).Concat(phase.Then)));

    public static Scenario Load(string name) => Parse(name, File.ReadAllLines(Path.Combine(Folder, name + ".scenario")));

    /// <exception cref="CiliumException">A line stands where none can stand.</exception>
    public static Scenario Parse(string name, IReadOnlyList<string> lines)
    {
        var (sentence, given, phases) = (new List<string>(), new List<string>(), new List<Phase>());
        List<string>? section = null;
        for (var i = 0; i < lines.Count; i++)
        {
            var words = string.Join(' ', lines[i].Split(' ', StringSplitOptions.RemoveEmptyEntries));
            if (words.Length == 0)
                continue;
            if (words.StartsWith('#'))
                sentence.Add(words[1..].Trim());
            else if (!lines[i].StartsWith(' '))
                section = Open(words, given, phases) ?? throw Misplaced("given, when, then in order, then at once, never, always or then; the last five after a when");
            else
                (section ?? throw Misplaced("a section before its lines")).Add(words);

            CiliumException Misplaced(string accepted) => new(ErrorKind.Invalid, $"scenario {name}, line {i + 1}: \"{words}\". Accepted: {accepted}.");
        }

        return new(name, string.Join(' ', sentence), given, phases);
    }

    private static List<string>? Open(string section, List<string> given, List<Phase> phases)
    {
        if (section == "given")
            return given;
        if (section == "when")
            phases.Add(Phase.New());
        return (section, phases.LastOrDefault()) switch
        {
            (_, null) => null,
            ("when", { } phase) => phase.Deeds,
            ("then in order", { } phase) => Another(phase.InOrder),
            ("then at once", { } phase) => Another(phase.AtOnce),
            ("never", { } phase) => phase.Never,
            ("always", { } phase) => phase.Always,
            ("then", { } phase) => phase.Then,
            _ => null,
        };
    }

    private static List<string> Another(List<List<string>> lists)
    {
        lists.Add([]);
        return lists[^1];
    }
}

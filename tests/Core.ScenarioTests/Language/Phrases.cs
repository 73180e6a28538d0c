using System.Text.RegularExpressions;

namespace Cilium.Framework.Core.ScenarioTests.Language;

/// <summary>What can be said, and what each phrase means. Exactly one phrase must fit a line.</summary>
/// <typeparam name="T">What a phrase comes to.</typeparam>
internal sealed class Phrases<T>(IReadOnlyList<(string Pattern, Func<IReadOnlyList<string>, T> Meaning)> phrases)
{
    private readonly IReadOnlyList<(Regex Pattern, Func<IReadOnlyList<string>, T> Meaning)> _phrases =
        [.. phrases.Select(phrase => (new Regex($"^{phrase.Pattern}$"), phrase.Meaning))];

    public T Read(string line)
    {
        foreach (var (pattern, meaning) in _phrases)
        {
            if (pattern.Match(line) is { Success: true } match)
                return meaning([.. match.Groups.Values.Skip(1).Select(group => group.Value)]);
        }

        throw new FormatException($"\"{line}\" says nothing known. Known:\n{string.Join('\n', phrases.Select(phrase => phrase.Pattern))}");
    }
}

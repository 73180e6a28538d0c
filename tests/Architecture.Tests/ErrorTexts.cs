using System.Text;
using System.Text.RegularExpressions;

namespace Cilium.Framework.Architecture.Tests;

/// <summary>The texts of an error id, as patterns, out of C#: every string between the id and the end of its statement; what is filled in stands for anything.</summary>
internal static partial class ErrorTexts
{
    /// <summary>A text with fewer letters of its own would fit everything.</summary>
    private const int LeastLetters = 8;

    /// <summary>An id in a text, or the number that a reader of policies puts into one.</summary>
    [GeneratedRegex(@"(\bCF|\bProblem\()(?<number>[0-9]{4})\b")]
    public static partial Regex Id();

    public static IEnumerable<Regex> Of(string source, string id) =>
        Id().Matches(source).Where(match => $"CF{match.Groups["number"].Value}" == id).SelectMany(match => Strings(source, StartOf(source, match)))
            .Where(pattern => pattern.Letters >= LeastLetters).Select(pattern => new Regex(pattern.Text, RegexOptions.Singleline));

    // Inside a string begin with its quote; behind Problem(NUMBER with what follows.
    private static int StartOf(string source, Match match) => match.Value.StartsWith("CF", StringComparison.Ordinal) ? source.LastIndexOf('"', match.Index) : match.Index + match.Length;

    private static IEnumerable<(string Text, int Letters)> Strings(string source, int at)
    {
        while (at < source.Length && source[at] != ';')
        {
            if (source[at] != '"')
            {
                at++;
                continue;
            }

            var (pattern, letters) = (new StringBuilder(), 0);
            var filled = source[at - 1] == '$';
            for (at++; source[at] != '"'; at++)
            {
                if (filled && source[at] == '{' && source[at + 1] != '{')
                {
                    at = EndOfHole(source, at);
                    pattern.Append(".*");
                    continue;
                }

                if (source[at] == '\\' || (filled && source[at] is '{' or '}'))
                    at++;
                var text = source[at - 1] == '\\' && source[at] == 'n' ? " " : source[at].ToString();
                pattern.Append(Regex.Escape(text));
                letters += char.IsLetter(text[0]) ? 1 : 0;
            }

            at++;
            yield return (pattern.ToString(), letters);
        }
    }

    private static int EndOfHole(string source, int at)
    {
        var depth = 0;
        for (var quoted = false; ; at++)
        {
            quoted ^= source[at] == '"';
            depth += quoted ? 0 : source[at] == '{' ? 1 : source[at] == '}' ? -1 : 0;
            if (depth == 0)
                return at;
        }
    }
}

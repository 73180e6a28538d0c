namespace Cilium.Framework.Configuration;

/// <summary>Finds what somebody probably meant.</summary>
internal static class NearestKey
{
    /// <summary>The candidate with the fewest insertions, removals and replacements; null when there is no candidate.</summary>
    public static string? Of(string text, IEnumerable<string> candidates) =>
        candidates.Order(StringComparer.Ordinal).MinBy(candidate => Distance(text, candidate));

    /// <summary>The same, but only one that a slip of the fingers explains.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="candidates">What is known.</param>
    /// <param name="most">Most insertions, removals and replacements; see <see cref="Sensible"/>.</param>
    public static string? Of(string text, IEnumerable<string> candidates, int most) => Of(text, candidates) is { } nearest && Distance(text, nearest) <= most ? nearest : null;

    /// <summary>How far away a name may be that is still worth naming: a third of the text, at least two changes.</summary>
    public static int Sensible(string text) => Math.Max(2, text.Length / 3);

    /// <summary>Such as <c> Nearest known: mtu.</c> with a blank before it, or nothing when no name is near.</summary>
    public static string Hint(string text, IEnumerable<string> candidates) => Of(text, candidates, Sensible(text)) is { } nearest ? $" Nearest known: {nearest}." : "";

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}

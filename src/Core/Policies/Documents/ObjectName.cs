using Cilium.Framework.Errors;

namespace Cilium.Framework.Policies.Documents;

/// <summary>Names as Kubernetes takes them. Without <c>/</c> in either, <c>namespace/name</c> means one policy only.</summary>
internal static class ObjectName
{
    private const int MaxName = 253, MaxNamespace = 63;

    /// <summary>Why a text is no name of a policy; null when it is one.</summary>
    public static string? NameProblem(string text) => Problem(text, text.Split('.'), MaxName) is { } why
        ? $"\"{Excerpt.Of(text)}\" is not a name: {why} Accepted: at most {MaxName} lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit."
        : null;

    /// <summary>Why a text is no namespace; null when it is one.</summary>
    public static string? NamespaceProblem(string text) => Problem(text, [text], MaxNamespace) is { } why
        ? $"\"{Excerpt.Of(text)}\" is not a namespace: {why} Accepted: at most {MaxNamespace} lower-case letters, digits and '-', beginning and ending with a letter or digit; or no field namespace at all, for a policy of every namespace."
        : null;

    /// <param name="text">The whole text.</param>
    /// <param name="parts">What has to begin and end with a letter or digit.</param>
    /// <param name="most">Most characters.</param>
    private static string? Problem(string text, IReadOnlyList<string> parts, int most)
    {
        if (text.Length == 0)
            return "it is empty.";
        if (text.Length > most)
            return $"it has {text.Length} characters.";
        var position = 0;
        foreach (var part in parts)
        {
            for (var i = 0; i < part.Length; i++)
            {
                if (!IsInner(part[i]))
                    return $"character U+{(int)part[i]:X4} at position {position + i} is not accepted.";
            }

            if (part.Length == 0 || part[0] == '-' || part[^1] == '-')
                return $"the part at position {position} does not begin and end with a letter or digit.";
            position += part.Length + 1;
        }

        return null;
    }

    private static bool IsInner(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-';
}

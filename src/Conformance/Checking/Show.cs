using Cilium.Framework.Errors;

namespace Cilium.Framework.Conformance.Checking;

/// <summary>Values as a failure's text shows them.</summary>
internal static class Show
{
    private const int Most = 12;

    public static string One<T>(T value) => value switch
    {
        null => "nothing",
        string text => $"\"{Excerpt.Of(text)}\"",
        _ => value.ToString() ?? "",
    };

    public static string All<T>(IReadOnlyCollection<T> values) => values.Count == 0
        ? "nothing"
        : string.Join(", ", values.Take(Most).Select(One)) + (values.Count > Most ? $", ... ({values.Count} in all)" : "");

    public static string Failure(Exception error) => $"{error.GetType().Name}: {Excerpt.Of(error.Message, 200)}";
}

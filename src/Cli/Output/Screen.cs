namespace Cilium.Framework.Cli.Output;

/// <summary>Where output goes: its width, and whether it may carry colours. Only a terminal may, and none when <c>NO_COLOR</c> is set.</summary>
internal static class Screen
{
    private const int WidthWithoutTerminal = 80;

    /// <summary>Narrower terminals scroll.</summary>
    private const int NarrowestTerminal = 40;

    private static readonly bool HasColours = !Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb");

    /// <summary>Columns.</summary>
    public static int Width => Console.IsOutputRedirected || Console.WindowWidth <= 0 ? WidthWithoutTerminal : Math.Max(Console.WindowWidth, NarrowestTerminal);

    public static string Bold(string text) => Paint(text, "1");

    /// <summary>In the colour of a state: green, yellow or red.</summary>
    /// <param name="state"><c>Ok</c>, <c>Warning</c>, <c>Degraded</c>, <c>Failure</c>; others stay as they are.</param>
    /// <param name="text">What is painted.</param>
    public static string State(string state, string text) => state switch
    {
        "Ok" => Paint(text, "32"),
        "Warning" or "Degraded" => Paint(text, "33"),
        "Failure" or "Stopped" => Paint(text, "31"),
        _ => text,
    };

    private static string Paint(string text, string code) => HasColours ? $"\e[{code}m{text}\e[0m" : text;
}

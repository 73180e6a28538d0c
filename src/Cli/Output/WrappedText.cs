namespace Cilium.Framework.Cli.Output;

/// <summary>A name and a text that goes on in lines below itself, within 80 columns or the terminal.</summary>
internal static class WrappedText
{
    private const int NameWidth = 12;

    /// <param name="name">What the text is about.</param>
    /// <param name="text">The text; when it begins with the state, that word is painted, otherwise the name is.</param>
    /// <param name="state">State that is painted on a terminal; empty: none.</param>
    public static void Write(string name, string text, string state = "")
    {
        var inText = text.StartsWith(state, StringComparison.Ordinal);
        var head = inText ? name.PadRight(NameWidth) : Screen.State(state, name.PadRight(NameWidth));
        foreach (var line in Wrapping.Lines(text, Screen.Width - NameWidth))
        {
            var isFirst = head.Length > 0;
            var body = isFirst && inText ? Screen.State(state, state) + line[state.Length..] : line;
            Console.Out.WriteLine(((isFirst ? head : new string(' ', NameWidth)) + body).TrimEnd());
            head = "";
        }
    }
}

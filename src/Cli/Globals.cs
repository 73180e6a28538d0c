using System.CommandLine;
using Cilium.Framework.Client;

namespace Cilium.Framework.Cli;

/// <summary>Options that every command understands.</summary>
internal static class Globals
{
    public static readonly Option<string?> Socket = new("--socket") { Description = "The agent's socket (environment: CILIUM_SOCKET).", Recursive = true };

    /// <summary>The socket that was named; null: nobody named one.</summary>
    public static string? NamedSocket(ParseResult parsed) => parsed.GetValue(Socket) is { Length: > 0 } given
        ? given
        : Environment.GetEnvironmentVariable("CILIUM_SOCKET") is { Length: > 0 } inherited ? inherited : null;

    /// <summary>A new <c>-o text|json</c> option.</summary>
    /// <param name="usual">What is written when nobody says.</param>
    public static Option<string> Output(string usual = "text")
    {
        var option = new Option<string>("--output", "-o") { Description = "text or json", DefaultValueFactory = _ => usual };
        option.AcceptOnlyFromAmong("text", "json");
        return option;
    }

    /// <summary>Refuses values that look like options: a mistyped one would otherwise be taken for a label or a name.</summary>
    public static T WithoutDashes<T>(T argument)
        where T : Argument
    {
        argument.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.Length > 1 && token.Value[0] == '-'))
                result.AddError($"'{token.Value}' is not an option here, and no {argument.Name.TrimEnd('s')} starts with '-'.");
        });
        return argument;
    }

    public static CiliumClient Connect(ParseResult parsed) => new(NamedSocket(parsed) ?? CiliumClient.DefaultSocket);
}

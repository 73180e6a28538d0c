using System.CommandLine;
using Cilium.Framework.Client;

namespace Cilium.Framework.Cli;

/// <summary>Options that every command understands.</summary>
internal static class Globals
{
    public static readonly Option<string> Socket = new("--socket")
    {
        Description = "The agent's socket (environment: CILIUM_SOCKET).",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("CILIUM_SOCKET") is { Length: > 0 } socket ? socket : CiliumClient.DefaultSocket,
        Recursive = true,
    };

    /// <summary>A new <c>-o text|json</c> option.</summary>
    public static Option<string> Output()
    {
        var option = new Option<string>("--output", "-o") { Description = "text or json", DefaultValueFactory = _ => "text" };
        option.AcceptOnlyFromAmong("text", "json");
        return option;
    }

    public static CiliumClient Connect(ParseResult parsed) => new(parsed.GetRequiredValue(Socket));
}

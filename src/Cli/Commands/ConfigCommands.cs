using System.CommandLine;
using Cilium.Framework.Cli.Output;

namespace Cilium.Framework.Cli.Commands;

/// <summary><c>cilium config print|validate</c>.</summary>
internal static class ConfigCommands
{
    public static Command Create() => new("config", "Configuration.") { Print(), Validate() };

    private static Command Print()
    {
        var output = Globals.Output();
        var origins = new Option<bool>("--origins") { Description = "Also where each value comes from." };
        var command = new Command("print", "Prints the effective configuration of the running agent.") { output, origins };
        command.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            var values = await client.ListConfigurationAsync(ct);
            if (parsed.GetValue(output) == "json")
                await JsonOutput.WriteAsync(values);
            else if (parsed.GetValue(origins))
                TextTable.Write(["Key", "Value", "Origin"], values.Select(value => (string[])[value.Key, value.Value, value.Origin]));
            else
                TextTable.Write(["Key", "Value"], values.Select(value => (string[])[value.Key, value.Value]));
        });
        return command;
    }

    private static Command Validate()
    {
        var file = new Option<string?>("--config") { Description = "Configuration file; default: that of the installed agent." };
        var command = new Command("validate", "Checks a configuration as a start of the agent would, and changes nothing.") { file };
        command.SetAction((parsed, ct) => Offline.RunAsync(["validate", .. parsed.GetValue(file) is { } path ? [Offline.ConfigurationOption, path] : Offline.SettingsOf(parsed)], ct));
        return command;
    }
}

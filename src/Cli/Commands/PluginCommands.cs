using System.CommandLine;
using Cilium.Framework.Cli.Output;

namespace Cilium.Framework.Cli.Commands;

/// <summary><c>cilium plugin list</c>.</summary>
internal static class PluginCommands
{
    public static Command Create()
    {
        var output = Globals.Output();
        var list = new Command("list", "Lists the plugins of the running agent.") { output };
        list.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            var plugins = await client.ListPluginsAsync(ct);
            if (parsed.GetValue(output) == "json")
                await JsonOutput.WriteAsync(plugins);
            else
                TextTable.Write(["Id", "Version", "API", "State", "Provides", "Path"], plugins.Select(plugin => (string[])[plugin.Id, plugin.Version, plugin.ApiVersion, plugin.State, string.Join(' ', plugin.Provides), plugin.Path]));
        });
        return new Command("plugin", "Backends.") { list };
    }
}

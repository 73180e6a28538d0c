using System.CommandLine;

namespace Cilium.Framework.Cli.Commands;

/// <summary><c>cilium cleanup</c>: takes everything away that the agent ever set up on this node.</summary>
internal static class CleanupCommand
{
    public static Command Create()
    {
        var force = new Option<bool>("--force", "-f") { Description = "Do it; without it only says what would be done." };
        var command = new Command("cleanup", "Removes programs, maps, devices and routes of a stopped agent. Endpoints lose their connections.") { force };
        command.SetAction((parsed, ct) => Offline.RunAsync(parsed, parsed.GetValue(force) ? ["cleanup", "--force"] : ["cleanup"], ct));
        return command;
    }
}

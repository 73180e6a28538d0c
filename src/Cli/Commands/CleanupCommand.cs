using System.CommandLine;

namespace Cilium.Framework.Cli.Commands;

/// <summary><c>cilium cleanup</c>: takes everything away that the agent ever set up on this node.</summary>
internal static class CleanupCommand
{
    public static Command Create()
    {
        var force = new Option<bool>("--force", "-f") { Description = "Do it; without it only says what would be done." };
        var state = new Option<bool>("--state") { Description = "Also remove what the agent was told; without it the next start brings endpoints, rules and leases back." };
        var command = new Command("cleanup", "Removes programs, maps, devices and routes of a stopped agent. Endpoints lose their connections.") { force, state };
        command.SetAction((parsed, ct) => Offline.RunAsync(
            ["cleanup", .. parsed.GetValue(force) ? (string[])["--force"] : [], .. parsed.GetValue(state) ? (string[])["--state"] : [], .. Offline.SettingsOf(parsed)], ct));
        return command;
    }
}

using System.CommandLine;

namespace Cilium.Framework.Cli.Commands;

/// <summary><c>cilium fsck</c>: checks the keys that the nodes share.</summary>
internal static class FsckCommand
{
    public static Command Create()
    {
        var repair = new Option<bool>("--repair") { Description = "Mend what is safe to mend, and print each deed." };
        var command = new Command("fsck", "Checks identities, nodes and addresses in the store. Status 1 when something is wrong.") { repair };
        command.SetAction((parsed, ct) => Offline.RunAsync(["fsck", .. parsed.GetValue(repair) ? (string[])["--repair"] : [], .. Offline.SettingsOf(parsed)], ct));
        return command;
    }
}

using System.Text;
using Cilium.Framework.Configuration;

namespace Cilium.Framework.Agent.Hosting;

/// <summary>The settings that the agent runs with, as a settings file beside its socket: offline verbs of the command line use the same ones.</summary>
internal static class EffectiveSettings
{
    public const string FileName = "effective.yaml";

    public static void Write(LoadedConfiguration configuration)
    {
        var text = new StringBuilder("# Settings of the last agent, for offline verbs. Rewritten at every start.\n").Append(NodeMark.Here().Line).Append('\n');
        // The profile's own settings are here too, each by its full path.
        foreach (var setting in configuration.Settings.Where(setting => setting.Path != "profile" && !setting.IsSecret))
            text.Append('"').Append(setting.Path).Append("\": \"").Append(setting.Value.Replace("\\", "\\\\").Replace("\"", "\\\"")).Append("\"\n");
        // Where the command line looks: it knows the socket only.
        var folder = Path.GetDirectoryName(configuration.Options.ApiSocket)!;
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, FileName);
        File.WriteAllText(file, text.ToString());
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}

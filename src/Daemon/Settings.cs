using System.Collections;
using System.CommandLine;
using Cilium.Framework.Configuration;

namespace Cilium.Framework.Daemon;

/// <summary>The options that say where settings come from; every verb has them.</summary>
internal static class Settings
{
    public static readonly Option<string?> File = new("--config") { Description = "Settings file; default /etc/cilium/cilium.yaml, if it exists.", Recursive = true };

    public static readonly Option<string[]> Set = new("--set") { Description = "A setting, such as routing.provider=direct; may be repeated.", Recursive = true };

    /// <summary>Reads all layers; what is wrong is in the result.</summary>
    public static LoadedConfiguration Load(ParseResult parsed)
    {
        var file = parsed.GetValue(File);
        var sources = new ConfigurationSources
        {
            // bin/, plugins/ and profiles/ lie side by side.
            InstallDirectory = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..")),
            Environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(pair => (string)pair.Key, pair => (string?)pair.Value ?? ""),
            Flags = parsed.GetValue(Set) ?? [],
        };
        return ConfigurationLoader.Load(file is null ? sources : sources with { File = file, FileIsRequired = true });
    }
}

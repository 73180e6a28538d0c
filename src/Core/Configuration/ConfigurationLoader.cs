using Cilium.Framework.Errors;

namespace Cilium.Framework.Configuration;

/// <summary>Reads all layers into one configuration.</summary>
public static class ConfigurationLoader
{
    /// <summary>Reads all layers. Problems are in the result; nothing is thrown for them.</summary>
    public static LoadedConfiguration Load(ConfigurationSources sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        var problems = new List<ConfigurationProblem>();
        var (file, environment, flags) = (FileLayer(sources, problems), EnvironmentLayer.Read(sources.Environment), FlagLayer.Read(sources.Flags, problems));
        var profile = ProfileLayer(sources, Merge(file, environment, flags), problems);
        var settings = Merge(CoreSettings.Defaults(sources), profile, file, environment, flags);
        RefuseUnknown(settings.Values, problems);
        return new(settings, new AgentOptionsReader(settings, problems).Read(), problems, sources);
    }

    private static IReadOnlyList<Setting> FileLayer(ConfigurationSources sources, List<ConfigurationProblem> problems)
    {
        if (sources.File is not { } file)
            return [];
        if (File.Exists(file))
            return YamlLayer.Read("file", file, problems);
        if (sources.FileIsRequired)
            problems.Add(new(file, "does not exist. Name an existing file or leave the option away."));
        return [];
    }

    private static IReadOnlyList<Setting> ProfileLayer(ConfigurationSources sources, Dictionary<string, Setting> chosen, List<ConfigurationProblem> problems)
    {
        if (!chosen.TryGetValue("profile", out var profile))
            return [];
        var folder = sources.ProfilesDirectory;
        var names = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.yaml").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal).ToArray()
            : [];
        if (!names.Contains(profile.Value, StringComparer.Ordinal))
        {
            var known = names.Length == 0 ? $"There is none in {folder}." : $"Accepted: {string.Join(", ", names)} (in {folder}).";
            problems.Add(new("profile", $"\"{profile.Value}\" does not exist ({profile.Origin}). {known}"));
            return [];
        }

        var settings = YamlLayer.Read("profile", Path.Combine(folder, $"{profile.Value}.yaml"), problems);
        foreach (var nested in settings.Where(setting => setting.Path == "profile"))
            problems.Add(new("profile", $"a profile cannot name another one ({nested.Place})."));
        return [.. settings.Where(setting => setting.Path != "profile")];
    }

    private static void RefuseUnknown(IEnumerable<Setting> settings, List<ConfigurationProblem> problems)
    {
        foreach (var setting in settings.Where(setting => !CoreSettings.IsPluginSetting(setting.Path)))
        {
            if (!CoreSettings.Known.Any(known => SettingPath.Matches(known, setting.Path)))
                problems.Add(new(setting.Path, $"is not a known setting ({setting.Origin}).{NearestKey.Hint(SettingPath.Shown(setting.Path), CoreSettings.Known.Where(known => !known.EndsWith('#')).Select(SettingPath.Shown))}"));
        }
    }

    // A layer that gives a list replaces the whole list of an earlier one, also one given as a text with commas.
    private static Dictionary<string, Setting> Merge(params IEnumerable<IReadOnlyList<Setting>> layers)
    {
        var merged = new Dictionary<string, Setting>(StringComparer.Ordinal);
        foreach (var layer in layers)
        {
            var lists = layer.Select(setting => SettingPath.WithoutIndex(setting.Path)).ToHashSet(StringComparer.Ordinal);
            foreach (var path in merged.Keys.Where(path => lists.Contains(SettingPath.WithoutIndex(path))).ToArray())
                merged.Remove(path);
            foreach (var setting in layer)
                merged[setting.Path] = setting;
        }

        return merged;
    }
}

namespace Cilium.Framework.Configuration;

/// <summary>Settings that can change while the agent runs; all others decide how it is put together.</summary>
internal static class LiveSettings
{
    private static readonly string[] Paths = ["log:level", "policy:enforcement", "policy:allow-localhost"];

    /// <summary>The present configuration with the live settings of another one.</summary>
    public static LoadedConfiguration Merge(LoadedConfiguration current, LoadedConfiguration next) => new(
        current.Settings.Where(setting => !IsLive(setting)).Concat(next.Settings.Where(IsLive)).ToDictionary(setting => setting.Path),
        current.Options with { LogLevel = next.Options.LogLevel, PolicyEnforcement = next.Options.PolicyEnforcement, AllowLocalhost = next.Options.AllowLocalhost },
        [],
        current.Sources);

    /// <summary>Settings whose values differ and that are not live, by name.</summary>
    public static IReadOnlyList<string> WaitingForRestart(LoadedConfiguration current, LoadedConfiguration next) =>
    [
        .. Values(current).Except(Values(next)).Concat(Values(next).Except(Values(current)))
            .Select(value => SettingPath.WithoutIndex(value.Path)).Distinct().Order(StringComparer.Ordinal),
    ];

    private static IEnumerable<(string Path, string Value)> Values(LoadedConfiguration configuration) =>
        configuration.Settings.Where(setting => !IsLive(setting)).Select(setting => (setting.Path, setting.Value));

    private static bool IsLive(Setting setting) => Paths.Contains(setting.Path);
}

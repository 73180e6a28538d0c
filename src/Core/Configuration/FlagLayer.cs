using Cilium.Framework.Errors;

namespace Cilium.Framework.Configuration;

/// <summary>Settings of the command line: <c>--set routing.provider=direct</c>.</summary>
internal static class FlagLayer
{
    public static IReadOnlyList<Setting> Read(IReadOnlyList<string> flags, List<ConfigurationProblem> problems)
    {
        var settings = new List<Setting>();
        foreach (var flag in flags)
        {
            var equals = flag.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
                settings.Add(new(SettingPath.From(flag[..equals]), flag[(equals + 1)..], "flag", $"--set {flag[..equals]}"));
            else
                problems.Add(new($"--set {flag}", "is not a setting. Accepted: --set key=value, such as --set routing.provider=direct."));
        }

        return settings;
    }
}

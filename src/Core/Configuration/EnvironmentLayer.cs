namespace Cilium.Framework.Configuration;

/// <summary>Settings of environment variables: <c>CILIUM__IPV4__POD_CIDR</c> is <c>ipv4:pod-cidr</c>.</summary>
internal static class EnvironmentLayer
{
    private const string Prefix = "CILIUM__";

    public static IReadOnlyList<Setting> Read(IReadOnlyDictionary<string, string> variables) =>
    [
        .. from variable in variables
           where variable.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
           orderby variable.Key
           let key = variable.Key[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal).Replace('_', '-')
           select new Setting(SettingPath.From(key), variable.Value, "environment", variable.Key)
    ];
}

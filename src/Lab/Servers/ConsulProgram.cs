namespace Cilium.Framework.Lab.Servers;

/// <summary>Where Consul's program lies, as <c>eng/consul.sh</c> left it in the checkout that this program was built in.</summary>
public static class ConsulProgram
{
    /// <summary>Its path; null: there is none.</summary>
    public static string? Find() => Candidates("consul/usr/bin/consul").FirstOrDefault(File.Exists);

    /// <summary>Why there is none: the package can vanish from Debian's mirror for ever. Null: nobody has looked for it.</summary>
    public static string? WhyMissing() => Candidates("consul.missing").FirstOrDefault(File.Exists) is { } file ? File.ReadAllText(file).Trim() : null;

    private static IEnumerable<string> Candidates(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            yield return Path.Combine(folder.FullName, "artifacts", "servers", name);
    }
}

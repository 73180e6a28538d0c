namespace Cilium.Framework.Lab.Servers;

/// <summary>Where GoBGP's programs lie, as <c>eng/bgp.sh</c> left them in the checkout that this program was built in.</summary>
public static class GoBgpdProgram
{
    /// <summary>Path of the server of a version; null: there is none.</summary>
    /// <param name="version">Its first number: 3 or 4.</param>
    public static string? Find(int version) => Candidates($"gobgp{version}/usr/bin/gobgpd").FirstOrDefault(File.Exists);

    /// <summary>Why there is none: the package can vanish from Debian's mirror. Null: nobody has looked for it.</summary>
    /// <param name="version">Its first number: 3 or 4.</param>
    public static string? WhyMissing(int version) => Candidates($"gobgp{version}.missing").FirstOrDefault(File.Exists) is { } file ? File.ReadAllText(file).Trim() : null;

    private static IEnumerable<string> Candidates(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            yield return Path.Combine(folder.FullName, "artifacts", "servers", name);
    }
}

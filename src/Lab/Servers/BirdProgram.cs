namespace Cilium.Framework.Lab.Servers;

/// <summary>Where BIRD's programs lie, as <c>eng/bgp.sh</c> left them in the checkout that this program was built in.</summary>
public static class BirdProgram
{
    /// <summary>Folder that has <c>usr/sbin/bird</c> and the libraries that Debian's package asks for; null: there is none.</summary>
    public static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "artifacts", "servers", "bird");
            if (File.Exists(Path.Combine(candidate, "usr", "sbin", "bird")))
                return candidate;
        }

        return null;
    }
}

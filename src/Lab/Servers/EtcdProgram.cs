namespace Cilium.Framework.Lab.Servers;

/// <summary>Where etcd's program lies.</summary>
public static class EtcdProgram
{
    /// <summary>Names the program when it lies elsewhere.</summary>
    public const string Variable = "CILIUM_LAB_ETCD";

    /// <summary>The variable's, else the one that <c>eng/etcd.sh</c> unpacked for the checkout that this program was built in, else the one in PATH; null: there is none.</summary>
    public static string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            return named;
        return Candidates().FirstOrDefault(File.Exists);
    }

    private static IEnumerable<string> Candidates()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            yield return Path.Combine(folder.FullName, "artifacts", "servers", "etcd", "bin", "etcd");
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
            yield return Path.Combine(folder, "etcd");
    }
}

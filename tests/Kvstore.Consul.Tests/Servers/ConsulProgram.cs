namespace Cilium.Framework.Kvstore.Consul.Tests.Servers;

/// <summary>The server's program, as eng/consul.sh left it.</summary>
internal static class ConsulProgram
{
    private static readonly string Folder = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "servers"));

    private static string Program => Path.Combine(Folder, "consul", "usr", "bin", "consul");

    /// <summary>Ends the test when there is none. The one exception to the rule that nothing is skipped in CI: the package can vanish from the mirror for ever.</summary>
    public static string Require()
    {
        if (File.Exists(Program))
            return Program;
        var missing = Path.Combine(Folder, "consul.missing");
        if (File.Exists(missing))
            Assert.Skip(File.ReadAllText(missing).Trim());
        if (Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
            Assert.Fail($"this test needs Consul in {Program}, and CI is set: run eng/consul.sh");
        Assert.Skip($"this test needs Consul in {Program}: run eng/consul.sh");
        return "";
    }
}

namespace Cilium.Framework.Testing;

/// <summary>What a test needs from the machine. Missing: the test is skipped with the reason; it fails when <c>CI</c> is set, so that nothing is skipped unnoticed.</summary>
internal static class Require
{
    public static void Root() => That(Environment.UserName == "root" || Environment.GetEnvironmentVariable("USER") == "root" || IsRoot(), "this test needs root");

    public static void Bpf()
    {
        Root();
        That(File.Exists("/sys/kernel/btf/vmlinux"), "this test needs a kernel with BPF type information (/sys/kernel/btf/vmlinux)");
    }

    public static void Tool(string name)
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        That(path.Split(':').Append("/usr/sbin").Append("/sbin").Any(folder => File.Exists(Path.Combine(folder, name))), $"this test needs the program {name}");
    }

    private static void That(bool condition, string reason)
    {
        if (condition)
            return;
        if (Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
            Assert.Fail($"{reason}, and CI is set: install it (eng/prerequisites.sh)");
        Assert.Skip(reason);
    }

    private static bool IsRoot() => File.ReadLines("/proc/self/status").Any(line => line.StartsWith("Uid:\t0\t", StringComparison.Ordinal));
}

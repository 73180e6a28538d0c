using Cilium.Framework.Lab.Servers;

namespace Cilium.Framework.Routing.KubeRouter.Tests.Servers;

/// <summary>Without the servers a test is skipped; it fails when <c>CI</c> is set.</summary>
internal static class RequireBgp
{
    /// <summary>Ends the test when there is none. The one exception to the rule that nothing is skipped in CI: no release on the mirror may have it.</summary>
    /// <param name="version">3 or 4.</param>
    /// <returns>Path of the program.</returns>
    public static string GoBgpd(int version)
    {
        if (GoBgpdProgram.Find(version) is { } program)
            return program;
        if (GoBgpdProgram.WhyMissing(version) is { } reason)
            Assert.Skip(reason);
        return Missing($"GoBGP {version}");
    }

    /// <returns>Folder of the programs.</returns>
    public static string Bird() => BirdProgram.Find() ?? Missing("BIRD 2");

    private static string Missing(string server)
    {
        var reason = $"this test needs {server} (eng/bgp.sh unpacks it)";
        if (Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
            Assert.Fail($"{reason}, and CI is set");
        Assert.Skip(reason);
        return "";
    }
}

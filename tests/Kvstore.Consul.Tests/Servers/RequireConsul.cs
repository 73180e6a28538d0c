using Cilium.Framework.Lab.Servers;

namespace Cilium.Framework.Kvstore.Consul.Tests.Servers;

/// <summary>Without Consul a test is skipped; it fails when <c>CI</c> is set.</summary>
internal static class RequireConsul
{
    /// <summary>Ends the test when there is none. The one exception to the rule that nothing is skipped in CI: the package can vanish from the mirror for ever.</summary>
    /// <returns>Path of the program.</returns>
    public static string Program()
    {
        if (ConsulProgram.Find() is { } program)
            return program;
        if (ConsulProgram.WhyMissing() is { } reason)
            Assert.Skip(reason);
        const string Missing = "this test needs Consul (eng/consul.sh unpacks it)";
        if (Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
            Assert.Fail($"{Missing}, and CI is set");
        Assert.Skip(Missing);
        return "";
    }
}

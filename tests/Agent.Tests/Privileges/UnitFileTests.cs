using Cilium.Framework.Agent.Privileges;

namespace Cilium.Framework.Agent.Tests.Privileges;

public class UnitFileTests
{
    /// <summary>CAP_NET_ADMIN and NetAdmin.</summary>
    private static string Plain(string name) => name.Replace("CAP_", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();

    [Fact]
    public void The_unit_leaves_the_agent_the_capabilities_that_it_keeps_by_itself()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Cilium.Framework.sln")))
            folder = Path.GetDirectoryName(folder.TrimEnd('/'))!;
        var line = File.ReadLines(Path.Combine(folder, "deploy", "systemd", "cilium-agent.service")).Single(line => line.StartsWith("CapabilityBoundingSet=", StringComparison.Ordinal));
        Assert.Equal(Confinement.Needed.Select(capability => Plain(capability.ToString())).Order(), line.Split('=')[1].Split(' ').Select(Plain).Order());
    }
}

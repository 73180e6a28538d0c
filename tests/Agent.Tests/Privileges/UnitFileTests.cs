using Cilium.Framework.Agent.Privileges;

namespace Cilium.Framework.Agent.Tests.Privileges;

/// <summary>What the unit of the package leaves the agent, and what the agent keeps by itself, are the same.</summary>
public class UnitFileTests
{
    private static string[] Values(string key)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Cilium.Framework.sln")))
            folder = Path.GetDirectoryName(folder.TrimEnd('/'))!;
        return File.ReadLines(Path.Combine(folder, "deploy", "systemd", "cilium-agent.service")).First(line => line.StartsWith(key + "=", StringComparison.Ordinal)).Split('=')[1].Split(' ');
    }

    /// <summary>CAP_NET_ADMIN and NetAdmin.</summary>
    private static string Plain(string name) => name.Replace("CAP_", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();

    [Fact]
    public void The_unit_leaves_the_agent_the_capabilities_that_it_keeps_by_itself() =>
        Assert.Equal(Confinement.Needed.Select(capability => Plain(capability.ToString())).Order(), Values("CapabilityBoundingSet").Select(Plain).Order());

    /// <summary>Neither belongs to systemd's usual calls of a service.</summary>
    [Fact]
    public void The_unit_lets_the_agent_use_bpf_and_refuse_itself_more_calls() => Assert.Subset(Values("SystemCallFilter").ToHashSet(), new HashSet<string> { "bpf", "seccomp" });
}

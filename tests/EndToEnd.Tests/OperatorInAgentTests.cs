namespace Cilium.Framework.EndToEnd.Tests;

/// <summary>An agent hosts the operator modules, unless it is told that an operator does.</summary>
[Collection("lab")]
[Trait("Needs", "Root")]
public class OperatorInAgentTests
{
    [Theory]
    [InlineData("true", new[] { "jobs.identity-collection" })]
    [InlineData("false", new string[0])]
    public async Task The_modules_are_jobs_of_the_agent_where_the_setting_says_so(string setting, string[] expected)
    {
        await using var lab = await TestLab.StartAsync($"operator.in-agent={setting}");
        var jobs = (await lab.Node.Agent.Client.GetStatusAsync(TestLab.Cancelled)).Health.Select(entry => entry.Path).Where(path => path.StartsWith("jobs.identity-", StringComparison.Ordinal)).ToList();
        Assert.Contains("jobs.identity-claims", jobs);
        Assert.Equal(expected, jobs.Where(job => job == "jobs.identity-collection"));
    }
}

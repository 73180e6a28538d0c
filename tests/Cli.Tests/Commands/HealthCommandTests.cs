namespace Cilium.Framework.Cli.Tests.Commands;

/// <summary>What <c>cilium health</c> and <c>cilium status</c> make of an agent's answer.</summary>
[Collection("console")]
public sealed class HealthCommandTests : IAsyncDisposable
{
    private const string Reached = """{"state":"reachable","latency":412345,"status":"","since":"2026-11-27T10:00:00+00:00","last-success":"2026-11-27T10:00:30+00:00"}""";
    private const string Refused = """{"state":"unreachable","latency":0,"status":"connection refused: no agent answers there","since":"2026-11-27T12:00:05+02:00"}""";
    private const string Awaited = """{"state":"unknown","latency":0,"status":"","since":"2026-11-27T10:00:00+00:00"}""";

    private readonly FakeAgent _agent = FakeAgent.Start();

    public ValueTask DisposeAsync() => _agent.DisposeAsync();

    private async Task<(int Status, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var (output, error) = (Console.Out, Console.Error);
        using var shown = new StringWriter();
        using var complained = new StringWriter();
        Console.SetOut(shown);
        Console.SetError(complained);
        try
        {
            return (await CommandLine.RunAsync([.. arguments, "--socket", _agent.Socket]), shown.ToString(), complained.ToString().TrimEnd());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }
    }

    private void Answer(string nodes, int reachable, bool enabled = true) => _agent.Answers["GET /v1/framework/health"] =
        $$"""{"enabled":{{(enabled ? "true" : "false")}},"self":"node1","reachable":{{reachable}},"nodes":[{{nodes}}]}""";

    private static string Node(string name, string state, string icmp, string http, string endpoint = "") => $$"""
        {"name":"{{name}}","state":"{{state}}","host":[{"ip":"192.0.2.1","icmp":{{icmp}},"http":{{http}}}],"endpoint":[{{endpoint}}]}
        """;

    [Fact]
    public async Task Nodes_that_answer_are_shown_with_their_round_trip_times_and_counted()
    {
        Answer(Node("node1", "reachable", Reached, Reached, $$"""{"ip":"10.1.1.7","icmp":{{Reached}},"http":{{Reached}}}"""), 1);
        var (status, output, error) = await RunAsync("health");
        Assert.Equal((0, ""), (status, error));
        Assert.Equal(
            """
            NODE               PATH      ADDRESS    ICMP      HTTP
            node1 (this node)  host      192.0.2.1  0.412 ms  0.412 ms
                               endpoint  10.1.1.7   0.412 ms  0.412 ms

            1 of 1 nodes reachable
            """,
            output.ReplaceLineEndings().TrimEnd());
    }

    [Fact]
    public async Task A_path_without_an_answer_says_why_and_since_when_and_the_status_is_1()
    {
        Answer(Node("node2", "unreachable", Awaited, Refused), 0);
        var (status, output, _) = await RunAsync("health");
        var words = string.Join(' ', output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(1, status);
        Assert.Contains("not probed yet", output, StringComparison.Ordinal);
        Assert.Contains("2026-11-27 10:00:05", words, StringComparison.Ordinal);
        Assert.EndsWith("0 of 1 nodes reachable", words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_probes_nobody_says_what_to_set()
    {
        Answer("", 0, enabled: false);
        var (status, _, error) = await RunAsync("health");
        Assert.Equal((1, "cilium: health: this node probes nobody. Set health.enabled to true and restart the agent."), (status, error));
    }

    [Theory]
    [InlineData("""{"state":"Ok","msg":"3/3 reachable"}""", "Cluster health: 3/3 reachable")]
    [InlineData("""{"state":"Disabled","msg":""}""", null)]
    public async Task The_status_has_a_line_about_the_cluster_where_the_node_probes(string health, string? line)
    {
        _agent.Answers["GET /v1/healthz"] = $$$"""
            {"cilium":{"state":"Ok","msg":""},"kvstore":{"state":"Ok","msg":""},"datapath":{"state":"Ok","msg":""},"version":"1","node-name":"n","profile":"p","uptime":"0","endpoints":{},
            "policy-revision":1,"identities":0,"ipam":[],"warnings":[],"health":[],"cluster":{"self":"n","nodes":[],"cilium-health":{{{health}}}}}
            """;
        var (status, output, _) = await RunAsync("status");
        Assert.Equal(0, status);
        Assert.Equal(line, output.Split('\n').FirstOrDefault(shown => shown.StartsWith("Cluster", StringComparison.Ordinal)));
    }
}

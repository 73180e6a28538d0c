using System.Net;
using System.Text.Json;
using Cilium.Framework.Client;

namespace Cilium.Framework.Cli.Tests.Commands;

/// <summary>What the command line makes of an agent's answers, and of an agent that goes away.</summary>
[Collection("console")]
public sealed class AgentAnswersTests : IAsyncDisposable
{
    private const string Stream = "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n";
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

    private static string Status(long revision) => $$"""
        {"cilium":{"state":"Ok","msg":""},"kvstore":{"state":"Ok","msg":""},"datapath":{"state":"Ok","msg":""},"version":"1","node-name":"n","profile":"p","uptime":"0","endpoints":{},
        "policy-revision":{{revision}},"identities":0,"ipam":[],"warnings":[],"health":[]}
        """;

    [Fact]
    public async Task A_monitor_whose_agent_is_killed_says_so()
    {
        _agent.Raw = Stream + "5\r\n{\"typ";
        var (status, _, error) = await RunAsync("monitor");
        Assert.Equal(1, status);
        Assert.Equal($"cilium: The agent went away while events were read from {_agent.Socket}. Run the command again when it is back; its log says why it ended.", error);
    }

    [Fact]
    public async Task A_monitor_whose_agent_stops_says_so()
    {
        _agent.Raw = Stream + "0\r\n\r\n";
        var (status, _, error) = await RunAsync("monitor");
        Assert.Equal((1, $"cilium: The agent on {_agent.Socket} stopped and ended the stream of events. Run the command again when it is back."), (status, error));
    }

    [Fact]
    public async Task An_agent_that_goes_away_before_it_answers_is_told_from_one_that_does_not_run()
    {
        _agent.Raw = "";
        var (status, _, error) = await RunAsync("policy", "get");
        Assert.Equal(1, status);
        Assert.StartsWith($"cilium: The agent went away while it was asked on {_agent.Socket}: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_is_heard_although_the_body_was_not_taken()
    {
        var body = "{\"error\":\"the agent's own words\"}";
        _agent.Raw = $"HTTP/1.1 413 Payload Too Large\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}";
        _agent.Resets = true;
        using var client = new CiliumClient(_agent.Socket);
        var refused = await Assert.ThrowsAsync<ApiException>(() => client.PutPolicyAsync(new string('#', 3 << 20), TestContext.Current.CancellationToken));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "the agent's own words"), (refused.Status, refused.Message));
    }

    [Fact]
    public async Task Deleting_everything_is_said_explicitly()
    {
        _agent.Answers["DELETE /v1/policy?all=true"] = """{"policy":"[]","revision":3}""";
        var (status, output, error) = await RunAsync("policy", "delete", "--all");
        Assert.Equal((0, "Revision: 3", ""), (status, output.TrimEnd(), error));
    }

    [Theory]
    [InlineData("policy get", "GET /v1/policy", """{"policy":"[]","revision":3}""")]
    [InlineData("policy delete --all", "DELETE /v1/policy?all=true", """{"policy":"[]","revision":3}""")]
    [InlineData("db show", "GET /v1/framework/tables", """["ipam","rules"]""")]
    [InlineData("db show rules", "GET /v1/framework/tables/rules", """{"name":"rules","columns":["Rule"],"rows":[]}""")]
    [InlineData("endpoint list", "GET /v1/endpoint", "[]")]
    [InlineData("identity list", "GET /v1/identity", "[]")]
    [InlineData("config print", "GET /v1/framework/configuration", "[]")]
    [InlineData("plugin list", "GET /v1/framework/plugins", "[]")]
    [InlineData("health", "GET /v1/framework/health", """{"enabled":true,"self":"n","reachable":0,"nodes":[]}""")]
    public async Task Everything_that_is_shown_can_be_had_as_one_json_document(string arguments, string asked, string answer)
    {
        _agent.Answers[asked] = answer;
        var (status, output, error) = await RunAsync([.. arguments.Split(' '), "-o", "json"]);
        Assert.Equal((0, ""), (status, error));
        using var shown = JsonDocument.Parse(output);
        using var expected = JsonDocument.Parse(answer);
        Assert.True(JsonElement.DeepEquals(expected.RootElement, shown.RootElement), output);
    }

    [Fact]
    public async Task Waiting_for_a_revision_that_nobody_imported_fails_with_words_although_no_endpoint_is_behind()
    {
        (_agent.Answers["GET /v1/healthz"], _agent.Answers["GET /v1/endpoint"]) = (Status(2), "[]");
        var (status, _, error) = await RunAsync("policy", "wait", "99", "--max-wait-time", "0");
        Assert.Equal((1, "cilium: policy wait: after 0 s the rules are at revision 2, and nobody has imported 99."), (status, error));
    }

    [Fact]
    public async Task Waiting_ends_at_once_when_the_rules_are_there_and_no_endpoint_is_behind()
    {
        (_agent.Answers["GET /v1/healthz"], _agent.Answers["GET /v1/endpoint"]) = (Status(2), "[]");
        Assert.Equal(0, (await RunAsync("policy", "wait", "2", "--max-wait-time", "0")).Status);
    }

    [Fact]
    public async Task An_answer_that_is_not_understood_is_shown()
    {
        _agent.Answers["GET /v1/policy"] = "<html>";
        var (status, _, error) = await RunAsync("policy", "get");
        Assert.Equal(1, status);
        Assert.Contains("answered with what this client does not understand: \"<html>\".", error, StringComparison.Ordinal);
    }
}

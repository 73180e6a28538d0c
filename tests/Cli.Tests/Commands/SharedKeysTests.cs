using Cilium.Framework.Cli.Output;

namespace Cilium.Framework.Cli.Tests.Commands;

/// <summary>What the command line shows of nodes and of the keys that they share.</summary>
[Collection("console")]
public sealed class SharedKeysTests : IAsyncDisposable
{
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
            return (await CommandLine.RunAsync([.. arguments, "--socket", _agent.Socket]), shown.ToString().TrimEnd(), complained.ToString().TrimEnd());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }
    }

    private void AnswerStatus(string cluster) => _agent.Answers["GET /v1/healthz"] = """
        {"cilium":{"state":"Ok","msg":""},"kvstore":{"state":"Ok","msg":""},"datapath":{"state":"Ok","msg":""},"version":"1","node-name":"n","profile":"p","uptime":"0","endpoints":{},
        "policy-revision":1,"identities":0,"ipam":[],"warnings":[],"health":[]
        """ + cluster + "}";

    [Fact]
    public async Task Nodes_are_listed_in_the_columns_of_Cilium()
    {
        AnswerStatus("""
            ,"cluster":{"self":"a","nodes":[{"name":"a","primary-address":{"ipv4":{"enabled":true,"ip":"192.168.0.1","alloc-range":"10.1.0.0/16"},"ipv6":{"enabled":false,"ip":"","alloc-range":""}}},
            {"name":"east/b","primary-address":{"ipv6":{"enabled":true,"ip":"fd00::2","alloc-range":"fd01::/96"}}}]}
            """);
        var (status, output, error) = await RunAsync("node", "list");
        Assert.Equal((0, ""), (status, error));
        Assert.Equal(
            [
                "NAME    IPV4 ADDRESS  ENDPOINT CIDR  IPV6 ADDRESS  ENDPOINT CIDR",
                "a       192.168.0.1   10.1.0.0/16",
                "east/b                               fd00::2       fd01::/96",
            ],
            output.Split('\n'));
        (_, output, _) = await RunAsync("node", "list", "-o", "json");
        Assert.Contains("\"alloc-range\": \"10.1.0.0/16\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_names_no_nodes_is_not_taken_for_an_empty_cluster()
    {
        AnswerStatus("");
        Assert.Equal((1, "", "cilium: node list: the agent's status names no nodes. Are cilium and cilium-agent of one version?"), await RunAsync("node", "list"));
    }

    [Fact]
    public async Task Keys_are_printed_as_Cilium_prints_them_and_what_is_no_text_is_marked()
    {
        _agent.Answers["GET /v1/kvstore?key=a%2F%C3%A4&recursive=true"] =
            """[{"key":"a/ä","value":"{\"x\": 1}","revision":1},{"key":"b","value-base64":"/wA=","revision":2},{"key":"c","value":"\u001b[2J","revision":3},{"key":"d","value":"","revision":4}]""";
        var (status, output, error) = await RunAsync("kvstore", "get", "--recursive", "a/ä");
        Assert.Equal((0, ""), (status, error));
        Assert.Equal(["a/ä => {\"x\": 1}", "b => (base64) /wA=", "c => (base64) G1sySg==", "d =>"], output.Split('\n').Select(line => line.TrimEnd()));
    }

    [Fact]
    public async Task Writes_name_the_key_and_a_refusal_ends_with_1()
    {
        _agent.Answers["PUT /v1/kvstore?key=a"] = """{"keys":1}""";
        _agent.Answers["DELETE /v1/kvstore?key=a&recursive=true"] = """{"keys":3}""";
        Assert.Equal((0, "", ""), await RunAsync("kvstore", "set", "a", "--value", "b"));
        Assert.Equal((0, "3 keys", ""), await RunAsync("kvstore", "delete", "a", "--recursive"));
        var (status, output, error) = await RunAsync("kvstore", "delete", "a");
        Assert.Equal((1, "", "cilium: DELETE /v1/kvstore?key=a: the test has no answer"), (status, output, error));
    }

    [Fact]
    public async Task A_watch_prints_a_line_for_each_change_until_the_agent_ends_it()
    {
        const string lines = """
            {"kind":"created","key":"a","value":"1","revision":1}
            {"kind":"listed","key":"","revision":0}
            {"kind":"modified","key":"a","value":"x\ny","revision":2}
            {"kind":"deleted","key":"a\u0007","revision":3}

            """;
        _agent.Answers["GET /v1/kvstore/watch?prefix=a"] = lines;
        var (status, output, error) = await RunAsync("kvstore", "watch", "a");
        Assert.Equal(["created a => 1", "listed", "modified a => (base64) eAp5", "deleted a\\u0007"], output.Split('\n'));
        Assert.Equal((1, $"cilium: The agent on {_agent.Socket} stopped and ended the stream of events. Run the command again when it is back."), (status, error));
    }

    [Theory]
    [InlineData("set", "A key that an agent keeps is written again by it.")]
    [InlineData("delete", "A key that an agent keeps is written again by it.")]
    public async Task The_help_says_what_becomes_of_a_key_of_an_agent(string verb, string expected)
    {
        var (_, output, _) = await RunAsync("kvstore", verb, "--help");
        Assert.Contains(expected, string.Join(' ', output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_cannot_steer_a_terminal() => Assert.Equal("a\\u001b[2J => v", KeyText.Pair("a\e[2J", "v", null));
}

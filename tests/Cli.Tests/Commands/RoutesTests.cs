namespace Cilium.Framework.Cli.Tests.Commands;

/// <summary>What the command line shows of the ways out of a node.</summary>
[Collection("console")]
public sealed class RoutesTests : IAsyncDisposable
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

    private static IEnumerable<string> Words(string output) => output.Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    [Fact]
    public async Task The_ledger_is_a_line_for_each_route_and_each_that_is_missing()
    {
        _agent.Answers["GET /v1/framework/route-ledger"] = """
            [{"destination":"10.1.0.0/24","device":"host0","mtu":1450,"table":254,"metric":0,"owner":"ours","state":"ours","why":"w1"},
            {"destination":"10.1.1.0/24","next-hop":"192.168.0.2","device":"eth0","mtu":1500,"table":77,"metric":0,"owner":"static","state":"foreign","why":"w2"},
            {"destination":"10.1.2.0/24","state":"missing","why":"w3"}]
            """;
        var (status, output, error) = await RunAsync("route", "ledger");
        Assert.Equal((0, ""), (status, error));
        Assert.Equal(
            [
                "DESTINATION NEXT HOP DEVICE MTU TABLE OWNER WHY",
                "10.1.0.0/24 - host0 1450 main ours w1",
                "10.1.1.0/24 192.168.0.2 eth0 1500 77 static w2",
                "10.1.2.0/24 - - - - - w3",
            ],
            Words(output));
        (_, output, _) = await RunAsync("route", "ledger", "-o", "json");
        Assert.Contains("\"next-hop\": \"192.168.0.2\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sizes_are_told_in_the_agents_lines()
    {
        _agent.Answers["GET /v1/framework/mtu"] = """
            {"devices":[{"name":"eth0","role":"native","mtu":9000}],"encapsulation":"none","overhead":0,"endpoint-mtu":9000,"route-mtu":9000,"lines":["a; b","c"]}
            """;
        Assert.Equal((0, "a; b\nc", ""), await RunAsync("mtu"));
        var (status, output, _) = await RunAsync("mtu", "-o", "json");
        Assert.Equal(0, status);
        Assert.Contains("\"endpoint-mtu\": 9000", output, StringComparison.Ordinal);
    }
}

namespace Cilium.Framework.Cli.Tests.Commands;

/// <summary>What the command line shows of the routing daemon.</summary>
[Collection("console")]
public sealed class BgpCommandsTests : IAsyncDisposable
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
    public async Task Peers_are_listed_below_the_daemon()
    {
        _agent.Answers["GET /v1/bgp/peers"] = """
            {"speaker":{"endpoint":"127.0.0.1:50051","reachable":true,"detail":"AS 64512"},"peers":[
            {"address":"192.0.2.1","asn":65000,"state":"established","since":"2026-01-02T03:04:05+00:00","received":3,"accepted":2,"advertised":1},
            {"address":"192.0.2.2","asn":65001,"state":"idle","received":0,"accepted":0,"advertised":0}]}
            """;
        var (status, output, error) = await RunAsync("bgp", "peers");
        Assert.Equal((0, ""), (status, error));
        Assert.Equal(
            [
                "Speaker: 127.0.0.1:50051: AS 64512",
                "PEER AS STATE SINCE RECEIVED ACCEPTED ADVERTISED",
                "192.0.2.1 65000 established 2026-01-02T03:04Z 3 2 1",
                "192.0.2.2 65001 idle never 0 0 0",
            ],
            Words(output));
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public async Task A_daemon_that_is_away_is_shown_and_the_command_fails(string format)
    {
        _agent.Answers["GET /v1/bgp/peers"] = """{"speaker":{"endpoint":"127.0.0.1:50051","reachable":false,"detail":"nobody listens there."},"peers":[]}""";
        var (status, output, error) = await RunAsync("bgp", "peers", "-o", format);
        Assert.Equal((1, "cilium: bgp peers: the routing daemon on 127.0.0.1:50051 cannot be spoken with, so that its peers are not known."), (status, error));
        Assert.Contains("nobody listens there.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Routes_are_listed()
    {
        _agent.Answers["GET /v1/bgp/routes"] = """
            [{"prefix":"10.5.0.0/24","next-hop":"192.0.2.9","as-path":"","best":true},{"prefix":"10.6.0.0/24","next-hop":"192.0.2.1","from":"192.0.2.2","as-path":"65000","best":false}]
            """;
        var (status, output, error) = await RunAsync("bgp", "routes");
        Assert.Equal((0, ""), (status, error));
        Assert.Equal(["PREFIX NEXT HOP FROM AS PATH BEST", "10.5.0.0/24 192.0.2.9 this node - yes", "10.6.0.0/24 192.0.2.1 192.0.2.2 65000 no"], Words(output));
        (_, output, _) = await RunAsync("bgp", "routes", "-o", "json");
        Assert.Contains("\"as-path\": \"65000\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prefix_is_advertised_and_withdrawn_by_its_text()
    {
        _agent.Answers["PUT /v1/bgp/advertisements?prefix=10.5.0.0%2F24"] = """{"prefix":"10.5.0.0/24","reason":"on request"}""";
        _agent.Answers["PUT /v1/bgp/advertisements?prefix=%3A%3A%2F0&default-route=true"] = """{"prefix":"::/0","reason":"on request"}""";
        _agent.Answers["DELETE /v1/bgp/advertisements?prefix=10.5.0.0%2F24"] = """{"prefix":"10.5.0.0/24","reason":"on request"}""";
        Assert.Equal((0, "10.5.0.0/24 is advertised.", ""), await RunAsync("bgp", "advertise", "10.5.0.0/24"));
        Assert.Equal((0, "::/0 is advertised.", ""), await RunAsync("bgp", "advertise", "::/0", "--default-route"));
        Assert.Equal((0, "10.5.0.0/24 is withdrawn.", ""), await RunAsync("bgp", "withdraw", "10.5.0.0/24"));
        Assert.Equal((1, "", "cilium: DELETE /v1/bgp/advertisements?prefix=10.6.0.0%2F24: the test has no answer"), await RunAsync("bgp", "withdraw", "10.6.0.0/24"));
        Assert.Equal(2, (await RunAsync("bgp", "advertise", "--defualt")).Status);
    }
}

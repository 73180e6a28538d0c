using Cilium.Framework.Agent.Commands;

namespace Cilium.Framework.Agent.Tests.Commands;

[Collection("console")]
public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static async Task<(int Status, string Output, string Error)> RunAsync(TextWriter? output, params string[] arguments)
    {
        var (before, error) = (Console.Out, Console.Error);
        using var shown = new StringWriter();
        using var complained = new StringWriter();
        Console.SetOut(output ?? shown);
        Console.SetError(complained);
        try
        {
            return (await CommandLine.RunAsync(arguments), shown.ToString(), complained.ToString().TrimEnd());
        }
        finally
        {
            Console.SetOut(before);
            Console.SetError(error);
        }
    }

    [Theory]
    [InlineData("nothing", "cilium-agent --help.")]
    [InlineData("dump nothing", "cilium-agent dump --help.")]
    [InlineData("--nothing", "cilium-agent --help.")]
    public async Task Wrong_usage_ends_with_2_and_stays_off_the_output(string arguments, string expected)
    {
        var (status, output, error) = await RunAsync(null, arguments.Split(' '));
        Assert.Equal((2, ""), (status, output));
        Assert.EndsWith(expected, error, StringComparison.Ordinal);
        Assert.All(error.Split('\n'), line => Assert.StartsWith("cilium-agent: ", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keys_are_written_as_set_and_files_take_them()
    {
        var (status, _, error) = await RunAsync(null, "validate", "--set", "routng.provider=direct", "--set", "cluster.id=300");
        Assert.Equal(1, status);
        Assert.Contains("cilium-agent: routng.provider: is not a known setting (flag --set routng.provider). Nearest known: routing.provider.", error, StringComparison.Ordinal);
        Assert.Contains("cilium-agent: cluster.id: \"300\" is not accepted", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setting_that_resembles_none_is_not_explained_by_a_stranger()
    {
        var (_, _, error) = await RunAsync(null, "validate", "--set", "completely-different=1");
        Assert.Contains("completely-different: is not a known setting (flag --set completely-different).", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Nearest", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(28, 1, "cilium-agent: files or output: no space is left on the device.")]
    [InlineData(32, 0, "")]
    public async Task Output_that_cannot_be_written_is_said_and_a_reader_that_went_away_is_not(int errno, int expected, string words)
    {
        File.WriteAllText(_folder["p.yaml"], "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p}\nspec: {endpointSelector: {}, ingress: [{}]}\n");
        await using var broken = new BrokenWriter(errno);
        var (status, _, error) = await RunAsync(broken, "policy", "validate", _folder["p.yaml"]);
        Assert.Equal((expected, words), (status, error));
    }

    [Fact]
    public async Task A_file_that_is_missing_is_named_without_the_runtimes_words()
    {
        var (status, _, error) = await RunAsync(null, "policy", "validate", "/nonexistent/p.yaml");
        Assert.Equal((1, "cilium-agent: /nonexistent/p.yaml: there is no such file."), (status, error));
    }

    private sealed class BrokenWriter(int errno) : StringWriter
    {
        // The console makes its writers synchronous.
        public override void WriteLine(string? value) => throw new IOException("words of the runtime", errno);
    }
}

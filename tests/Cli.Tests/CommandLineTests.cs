namespace Cilium.Framework.Cli.Tests;

/// <summary>What a user is told who gets the command line wrong, or whose agent does not run.</summary>
[Collection("console")]
public class CommandLineTests
{
    private static async Task<(int Status, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var (output, error) = (Console.Out, Console.Error);
        using var shown = new StringWriter();
        using var complained = new StringWriter();
        Console.SetOut(shown);
        Console.SetError(complained);
        try
        {
            var status = await CommandLine.RunAsync(arguments);
            return (status, shown.ToString(), complained.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }
    }

    [Theory]
    [InlineData("endpoint get", "See cilium endpoint get --help.")]
    [InlineData("policy", "See cilium policy --help.")]
    [InlineData("nothing", "See cilium --help.")]
    [InlineData("status -o yaml", "Must be one of: 'text' 'json' See cilium status --help.")]
    [InlineData("monitor --type flow", "Must be one of: 'drop' 'trace' 'agent' See cilium monitor --help.")]
    [InlineData("policy wait soon", "See cilium policy wait --help.")]
    public async Task Wrong_usage_ends_with_2_and_one_line_on_stderr_that_names_the_help(string arguments, string expected)
    {
        var (status, output, error) = await RunAsync(arguments.Split(' '));
        Assert.Equal(2, status);
        Assert.Equal("", output);
        Assert.EndsWith(expected, error.TrimEnd(), StringComparison.Ordinal);
        Assert.All(error.TrimEnd().Split('\n'), line => Assert.StartsWith("cilium: ", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("status")]
    [InlineData("endpoint list")]
    [InlineData("endpoint get 1")]
    [InlineData("identity list")]
    [InlineData("policy get")]
    [InlineData("policy delete --all")]
    [InlineData("policy wait 1")]
    [InlineData("monitor")]
    [InlineData("plugin list")]
    [InlineData("config print")]
    [InlineData("db show endpoints")]
    public async Task Without_an_agent_a_verb_says_which_socket_is_dead_and_what_to_check(string arguments)
    {
        var (status, output, error) = await RunAsync([.. arguments.Split(' '), "--socket", "/nonexistent/cilium.sock"]);
        Assert.Equal(1, status);
        Assert.Equal("", output);
        Assert.Equal("cilium: The agent does not answer on /nonexistent/cilium.sock: there is no such socket. Is cilium-agent running, and may this user open the socket?", error.TrimEnd());
    }

    [Fact]
    public async Task A_file_that_is_missing_is_named()
    {
        var (status, _, error) = await RunAsync("policy", "import", "/nonexistent/p.yaml");
        Assert.Equal(1, status);
        Assert.Contains("/nonexistent/p.yaml", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Labels_and_all_exclude_each_other()
    {
        var (status, _, error) = await RunAsync("policy", "delete", "k8s:a=b", "--all");
        Assert.Equal((1, "cilium: policy delete: labels and --all exclude each other."), (status, error.TrimEnd()));
    }
}

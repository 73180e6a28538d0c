using System.Net.Sockets;
using System.Diagnostics;

namespace Cilium.Framework.Cli.Tests;

/// <summary>What a user is told who gets the command line wrong, or whose agent does not run.</summary>
[Collection("console")]
public class CommandLineTests
{
    private static Task<(int Status, string Output, string Error)> RunAsync(params string[] arguments) => RunAsync(null, arguments);

    private static async Task<(int Status, string Output, string Error)> RunAsync(TextWriter? into, params string[] arguments)
    {
        var (output, error) = (Console.Out, Console.Error);
        using var shown = new StringWriter();
        using var complained = new StringWriter();
        Console.SetOut(into ?? shown);
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
    [InlineData("policy wait soon", "Cannot parse argument 'soon' for command 'wait' as a whole number. See cilium policy wait --help.")]
    [InlineData("monitor --from x", "as a whole number. See cilium monitor --help.")]
    [InlineData("policy wait -1", "'-1' is not a revision: it is negative. See cilium policy wait --help.")]
    [InlineData("policy wait 1 --max-wait-time -1", "'-1' is not a number of seconds: it is negative. See cilium policy wait --help.")]
    [InlineData("policy get -x", "'-x' is not an option here, and no label starts with '-'. See cilium policy get --help.")]
    [InlineData("policy delete --al", "'--al' is not an option here, and no label starts with '-'. See cilium policy delete --help.")]
    [InlineData("endpoint get -1", "'-1' is not an option here, and no id starts with '-'. See cilium endpoint get --help.")]
    [InlineData("kvstore get -x", "'-x' is not an option here, and no key starts with '-'. See cilium kvstore get --help.")]
    [InlineData("kvstore set a", "Option '--value' is required. See cilium kvstore set --help.")]
    [InlineData("db show -x", "'-x' is not an option here, and no table starts with '-'. See cilium db show --help.")]
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
    [InlineData("node list")]
    [InlineData("kvstore get a")]
    [InlineData("kvstore get a --recursive")]
    [InlineData("kvstore set a --value b")]
    [InlineData("kvstore delete a")]
    [InlineData("kvstore watch a")]
    public async Task Without_an_agent_a_verb_says_which_socket_is_dead_and_what_to_check(string arguments)
    {
        var (status, output, error) = await RunAsync([.. arguments.Split(' '), "--socket", "/nonexistent/cilium.sock"]);
        Assert.Equal(1, status);
        Assert.Equal("", output);
        Assert.Equal("cilium: The agent does not answer on /nonexistent/cilium.sock: there is no such socket. Is cilium-agent running, and may this user open the socket?", error.TrimEnd());
    }

    [Fact]
    public async Task An_agent_that_has_no_room_for_one_more_connection_is_not_called_dead()
    {
        using var folder = new TemporaryFolder();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(folder["cilium.sock"]));
        listener.Listen(1);
        var waiting = new List<Socket>();
        try
        {
            await Assert.ThrowsAsync<SocketException>(async () =>
            {
                while (waiting.Count < 100)
                {
                    waiting.Add(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified));
                    await waiting[^1].ConnectAsync(new UnixDomainSocketEndPoint(folder["cilium.sock"]), TestContext.Current.CancellationToken);
                }
            });
            var (status, _, error) = await RunAsync("status", "--socket", folder["cilium.sock"]);
            Assert.Equal((1, $"cilium: The agent on {folder["cilium.sock"]} has more connections waiting than it can hold. Nothing was changed; run the command again in a moment."), (status, error.TrimEnd()));
        }
        finally
        {
            waiting.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task A_file_that_is_missing_is_named()
    {
        var (status, _, error) = await RunAsync("policy", "import", "/nonexistent/p.yaml");
        Assert.Equal(1, status);
        Assert.Equal("cilium: /nonexistent/p.yaml: there is no such file.", error.TrimEnd());
    }

    [Fact]
    public async Task A_document_that_is_too_large_is_refused_before_an_agent_is_asked()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder["p.yaml"], new byte[20 << 20], TestContext.Current.CancellationToken);
        var (status, _, error) = await RunAsync("policy", "import", folder["p.yaml"], "--socket", "/nonexistent/cilium.sock");
        Assert.Equal((1, $"cilium: {folder["p.yaml"]}: The document is larger than 4 MiB (20971520 bytes). Split it. Nothing was changed."), (status, error.TrimEnd()));
    }

    [Theory]
    [InlineData("cleanup --force")]
    [InlineData("cleanup")]
    [InlineData("bpf endpoint list")]
    [InlineData("config validate")]
    [InlineData("fsck --repair")]
    public async Task A_socket_that_no_agent_ever_had_never_means_the_default_node(string arguments)
    {
        using var folder = new TemporaryFolder();
        var (status, output, error) = await RunAsync([.. arguments.Split(' '), "--socket", folder["x.sock"]]);
        Assert.Equal((1, ""), (status, output));
        Assert.StartsWith($"cilium: {folder["effective.yaml"]} is missing: no agent ran with the socket {folder["x.sock"]}", error, StringComparison.Ordinal);
        Assert.Contains("Nothing was done. Check --socket and CILIUM_SOCKET", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(28, 1, "cilium: the output cannot be written: no space is left on the device.")]
    [InlineData(32, 0, "")]
    public async Task Output_that_cannot_be_written_is_said_and_a_reader_that_went_away_is_not(int errno, int expected, string words)
    {
        await using var agent = FakeAgent.Start();
        agent.Answers["GET /v1/framework/tables"] = "[\"rules\"]";
        await using var broken = new BrokenWriter(errno);
        var (status, _, error) = await RunAsync(broken, "db", "show", "--socket", agent.Socket);
        Assert.Equal((expected, words), (status, error.TrimEnd()));
    }

    [Fact]
    public async Task The_programs_own_output_tells_a_full_disk_from_a_reader_that_went_away()
    {
        // The shell's own status would be that of the last of a pipe.
        async Task<(int, string)> ShellAsync(string script)
        {
            using var process = Process.Start(new ProcessStartInfo("bash", ["-c", script, "bash", Path.Combine(AppContext.BaseDirectory, "cilium")]) { RedirectStandardError = true })!;
            var complained = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (process.ExitCode, complained.TrimEnd());
        }

        Assert.Equal((1, "cilium: the output cannot be written: no space is left on the device."), await ShellAsync("\"$1\" --help >/dev/full"));
        Assert.Equal((0, ""), await ShellAsync("\"$1\" --help | true; exit ${PIPESTATUS[0]}"));
    }

    [Fact]
    public async Task Labels_and_all_exclude_each_other()
    {
        var (status, _, error) = await RunAsync("policy", "delete", "k8s:a=b", "--all");
        Assert.Equal((1, "cilium: policy delete: labels and --all exclude each other."), (status, error.TrimEnd()));
    }

    private sealed class BrokenWriter(int errno) : StringWriter
    {
        // The console makes its writers synchronous.
        public override void WriteLine(string? value) => throw new IOException("words of the runtime", errno);
    }
}

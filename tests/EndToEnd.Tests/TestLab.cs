using System.Diagnostics;
using Cilium.Framework.Lab;

namespace Cilium.Framework.EndToEnd.Tests;

/// <summary>A node with its agent from the published layout, gone after the test with everything it made.</summary>
internal sealed class TestLab : IAsyncDisposable
{
    /// <summary>The variant of the datapath that this run of the tests exercises; test.sh says which.</summary>
    internal static readonly string[] Variant =
    [
        $"datapath.bpf.attach={Environment.GetEnvironmentVariable("CILIUM_TEST_ATTACH") ?? "auto"}",
        $"datapath.bpf.conntrack={Environment.GetEnvironmentVariable("CILIUM_TEST_CONNTRACK") ?? "table"}",
    ];

    private static int _count;
    private readonly TemporaryFolder _folder = new();

    private TestLab()
    {
    }

    public static Layout Layout { get; } = FindLayout();

    public LabNode Node { get; private set; } = null!;

    public static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<TestLab> StartAsync(params string[] settings)
    {
        RequireAll();
        var lab = new TestLab();
        try
        {
            // Two runs on one machine must not meet.
            var name = $"e{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";
            lab.Node = await LabNode.StartAsync(name, Layout, lab._folder.Path, [.. Variant, .. settings], Cancelled);
            return lab;
        }
        catch
        {
            lab._folder.Dispose();
            throw;
        }
    }

    /// <summary>Skips the test when the machine cannot run an agent.</summary>
    public static void RequireAll()
    {
        Require.Bpf();
        Require.Tool("nsenter");
        Assert.True(File.Exists(Layout.Agent), $"{Layout.Agent} is missing: run eng/publish.sh artifacts/layout first (test.sh does)");
    }

    public Task<LabPod> PodAsync(string app) => Node.AddPodAsync(app, [$"k8s:app={app}"], Cancelled);

    /// <summary>Imports a document and waits until every endpoint enforces it.</summary>
    public Task ImportAsync(string document) => ImportAsync(Node, document);

    /// <summary>Imports a document on a node and waits until every endpoint enforces it.</summary>
    public static async Task ImportAsync(LabNode node, string document)
    {
        var revision = (await node.Agent.Client.PutPolicyAsync(document, Cancelled)).Revision;
        await Eventually.TrueAsync(
            async () => (await node.Agent.Client.ListEndpointsAsync(Cancelled)).All(endpoint => endpoint.Status.Policy.PolicyRevision >= revision),
            $"every endpoint enforces revision {revision}");
    }

    /// <summary>Runs the command line against this lab's agent.</summary>
    public Task<(int Status, string Output, string Error)> CliAsync(params string[] arguments) => CliAsync(Node, arguments);

    /// <summary>Runs the command line against a node's agent.</summary>
    public static async Task<(int Status, string Output, string Error)> CliAsync(LabNode node, params string[] arguments)
    {
        using var process = StartCli(node, arguments);
        var output = process.StandardOutput.ReadToEndAsync(Cancelled);
        var error = process.StandardError.ReadToEndAsync(Cancelled);
        await process.WaitForExitAsync(Cancelled);
        return (process.ExitCode, await output, await error);
    }

    /// <summary>Starts the command line in the node's namespace: offline verbs look at its network.</summary>
    public Process StartCli(params string[] arguments) => StartCli(Node, arguments);

    /// <summary>Starts the command line in a node's namespace.</summary>
    public static Process StartCli(LabNode node, params string[] arguments)
    {
        var start = new ProcessStartInfo("nsenter") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[$"--net={node.Network.Node.Path}", Layout.Cli, "--socket", node.Socket, .. arguments])
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    public async ValueTask DisposeAsync()
    {
        var tail = TestContext.Current.TestState?.Result == TestResult.Failed ? Node.LogTail() : "";
        await Node.DisposeAsync();
        _folder.Dispose();
        if (tail.Length > 0)
            TestContext.Current.SendDiagnosticMessage(tail);
    }

    private static Layout FindLayout()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Cilium.Framework.sln")))
            folder = Path.GetDirectoryName(folder.TrimEnd('/')) ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
        return new Layout(Path.Combine(folder, "artifacts", "layout"));
    }
}

using System.Diagnostics;
using Cilium.Framework.Lab;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.EndToEnd.Tests;

/// <summary>A lab whose owner was killed is removed by the next one of its kind.</summary>
[Trait("Needs", "Root")]
public sealed class AbandonedLabTests : IDisposable
{
    private const string Kind = "abandoned";

    /// <summary>More than the kernel's highest process number (pid_max, 2^22).</summary>
    private const string NobodysNumber = "4999999";

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"cilium-{Kind}{NobodysNumber}");
    private readonly List<NetworkNamespace> _made = [];

    public void Dispose()
    {
        _made.ForEach(made => made.Delete());
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Its_namespaces_folder_and_processes_go_and_those_of_a_living_owner_stay()
    {
        Require.Root();
        Make($"{Kind}{NobodysNumber}-node");
        Make($"{AbandonedLab.NameOf(Kind)}-node");
        Directory.CreateDirectory(Path.Combine(_folder, "state"));
        using var agent = Start($"state-dir={_folder}/state");
        using var server = Start($"--data-dir={_folder}/server/m0");

        var removed = AbandonedLab.Remove(Kind);

        await agent.WaitForExitAsync(TestContext.Current.CancellationToken);
        await server.WaitForExitAsync(TestContext.Current.CancellationToken);
        string[] expected = [_folder, $"process {agent.Id}", $"process {server.Id}", $"network namespace {Kind}{NobodysNumber}-node"];
        Assert.Equal(expected.Order(StringComparer.Ordinal), removed.Order(StringComparer.Ordinal));
        Assert.False(Directory.Exists(_folder));
        Assert.True(File.Exists(_made[1].Path));
    }

    /// <summary>A process with an argument that waits without starting another: a child has its parent's arguments until it runs its own program.</summary>
    private static Process Start(string argument) =>
        Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "read line", argument]) { RedirectStandardInput = true })!;

    private void Make(string name) => _made.Add(NetworkNamespace.Create(name));
}

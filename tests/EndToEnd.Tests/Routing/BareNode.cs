using Cilium.Framework.Lab;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

/// <summary>A node on which no agent ever came up, for all tests of a class: what each of them tries must leave it as it was.</summary>
public sealed class BareNode : IAsyncDisposable
{
    private static int _count;
    private readonly TemporaryFolder _folder = new();

    public BareNode()
    {
        TestLab.RequireAll();
        var name = $"b{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";
        Node = LabNode.Create(name, TestLab.Layout, LabNetwork.Create(name, LabPlace.Of(0)), _folder.Path, [.. TestLab.Variant, "node.name=node0"]);
    }

    public LabNode Node { get; }

    /// <summary>Starts an agent that must end by itself.</summary>
    /// <returns>What it logged.</returns>
    public async Task<string> RefusalAsync(params string[] settings)
    {
        // An earlier one's words say nothing about this one.
        File.Delete(_folder["agent.log"]);
        var refused = await Assert.ThrowsAsync<LabException>(() => Node.StartAgentAsync(TestLab.Cancelled, settings: settings));
        Assert.StartsWith("The agent ended with status 1.", refused.Message, StringComparison.Ordinal);
        return refused.Message;
    }

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        _folder.Dispose();
    }
}

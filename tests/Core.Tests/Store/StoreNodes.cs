using Cilium.Framework.Conformance.References;

namespace Cilium.Framework.Core.Tests.Store;

/// <summary>Nodes that share a store in memory, each with a state directory of its own, for the tests of a class.</summary>
public abstract class StoreNodes : IAsyncDisposable
{
    protected StoreNodes() => Anybody = new(Content);

    private protected TemporaryFolder Folder { get; } = new();

    private protected MemoryKvstoreContent Content { get; } = new();

    /// <summary>Somebody who is no node.</summary>
    private protected MemoryKvstore Anybody { get; }

    /// <summary>Disposed with the test.</summary>
    private protected List<StoreNode> Nodes { get; } = [];

    private protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
            await node.DisposeAsync();
        await Anybody.DisposeAsync();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }
}

using Cilium.Framework.Conformance.Kvstore;

namespace Cilium.Framework.Kvstore.Embedded.Tests;

public sealed class ConformanceTests : KvstoreConformance
{
    private readonly TemporaryFolder _folder = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override void NotApplicable(string reason) => Assert.Contains(reason, (string[])["Shared is not claimed", "Server is null: there is no server to hurt"]);

    protected override ValueTask<IKvstore> CreateAsync() => new(new EmbeddedKvstore(_folder["state/kvstore.db"], TimeProvider.System));

    protected override ValueTask<IKvstore?> ReopenAsync() => new(new EmbeddedKvstore(_folder["state/kvstore.db"], TimeProvider.System));

    protected override ValueTask<IKvstore?> AfterCrashAsync()
    {
        Directory.CreateDirectory(_folder["crash"]);
        foreach (var file in Directory.EnumerateFiles(_folder["state"]))
            File.Copy(file, Path.Combine(_folder["crash"], Path.GetFileName(file)));
        return new(new EmbeddedKvstore(_folder["crash/kvstore.db"], TimeProvider.System));
    }
}

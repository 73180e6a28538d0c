using Cilium.Framework.Conformance.Kvstore;
using Cilium.Framework.Kvstore;
using Example.FileStore;

namespace Example.FileStoreTests;

public sealed class FileKvstoreTests : KvstoreConformance
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kvstore-file-").FullName;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    protected override ValueTask<IKvstore> CreateAsync() => new(new FileKvstore(Path.Combine(_folder, "store"), TimeProvider.System));

    protected override ValueTask<IKvstore?> ReopenAsync() => new(new FileKvstore(Path.Combine(_folder, "store"), TimeProvider.System));

    protected override ValueTask<IKvstore?> AfterCrashAsync()
    {
        // What lies on the disk while the store runs, and half a line more: the commit that was being written.
        var crashed = Directory.CreateDirectory(Path.Combine(_folder, "crashed")).FullName;
        File.Copy(Path.Combine(_folder, "store", "journal"), Path.Combine(crashed, "journal"));
        File.AppendAllText(Path.Combine(crashed, "journal"), "{\"Revision\":99,\"Put\":{\"left\":");
        return new(new FileKvstore(crashed, TimeProvider.System));
    }
}

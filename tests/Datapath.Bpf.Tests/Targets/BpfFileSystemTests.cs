using Cilium.Framework.Datapath.Bpf.Programs;

namespace Cilium.Framework.Datapath.Bpf.Tests.Targets;

/// <summary>The mount that keeps maps and programs comes and goes whatever lies around it.</summary>
[Trait("Needs", "Root")]
public sealed class BpfFileSystemTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Mounted => _folder["real/bpffs"];

    public BpfFileSystemTests()
    {
        Require.Bpf();
        BpfFileSystem.Ensure(Mounted);
    }

    public void Dispose() => CleanUp.All(() => BpfFileSystem.Unmount(Mounted), _folder.Dispose);

    [Fact]
    public void It_is_mounted_for_its_owner_only_and_gone_afterwards()
    {
        Assert.True(BpfFileSystem.IsOwn(Mounted));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Mounted) & ~UnixFileMode.StickyBit);
        BpfFileSystem.Unmount(Mounted);
        Assert.False(Directory.Exists(Mounted));
    }

    [Fact]
    public void Two_mounts_over_each_other_both_go()
    {
        Shell.Run("mount", "-t", "bpf", "cilium-framework", Mounted);
        BpfFileSystem.Unmount(Mounted);
        Assert.False(BpfFileSystem.IsMounted(Mounted));
        Assert.False(Directory.Exists(Mounted));
    }

    [Fact]
    public void Behind_a_link_it_is_still_ours()
    {
        Directory.CreateSymbolicLink(_folder["link"], _folder["real"]);
        Assert.True(BpfFileSystem.IsOwn(_folder["link/bpffs"]));
        BpfFileSystem.Unmount(_folder["link/bpffs"]);
        Assert.False(BpfFileSystem.IsMounted(Mounted));
    }

    [Fact]
    public void A_folder_that_holds_something_else_is_left()
    {
        BpfFileSystem.Unmount(Mounted);
        Directory.CreateDirectory(Mounted);
        File.WriteAllText(Path.Combine(Mounted, "of-somebody-else"), "");
        BpfFileSystem.Unmount(Mounted);
        Assert.True(Directory.Exists(Mounted));
    }

    [Fact]
    public void Once_more_is_no_failure()
    {
        BpfFileSystem.Unmount(Mounted);
        BpfFileSystem.Unmount(Mounted);
    }
}

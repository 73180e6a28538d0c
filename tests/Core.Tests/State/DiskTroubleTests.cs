using Cilium.Framework.Errors;
using Cilium.Framework.State;

namespace Cilium.Framework.Core.Tests.State;

/// <summary>A disk without room, and one that cannot be written: words, the old content, and no difference between what is said and what is kept.</summary>
[Trait("Needs", "Root")]
public sealed class DiskTroubleTests : IDisposable
{
    private const string Cure = "What was stored before stands; make room on the disk, and let this user write there.";
    private readonly SmallDisk _disk = new(kilobytes: 64);

    public void Dispose() => _disk.Dispose();

    [Fact]
    public void A_full_disk_keeps_the_old_content_leaves_nothing_beside_it_and_recovers()
    {
        using var state = StateDirectory.Open(_disk["state"]);
        state.Write("a.json", "old"u8);
        _disk.Fill();
        var refused = Assert.Throws<CiliumException>(() => state.Write("a.json", new byte[8192]));
        Assert.Equal(ErrorKind.Exhausted, refused.Kind);
        Assert.StartsWith($"CF1003 state file {_disk["state/a.json"]}: cannot be written (", refused.Message, StringComparison.Ordinal);
        Assert.Contains("No space left on device", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith(Cure, refused.Message, StringComparison.Ordinal);
        Assert.Equal("old"u8.ToArray(), state.Read("a.json"));
        Assert.False(File.Exists(_disk["state/a.json.new"]));

        _disk.Free();
        state.Write("a.json", new byte[8192]);
        Assert.Equal(8192, state.Read("a.json")!.Length);
    }

    [Fact]
    public void A_read_only_directory_keeps_the_old_content_and_recovers()
    {
        using var state = StateDirectory.Open(_disk["state"]);
        state.Write("a.json", "old"u8);
        _disk.MakeReadOnly("state");
        var refused = Assert.Throws<CiliumException>(() => state.Write("a.json", "new"u8));
        Assert.StartsWith($"CF1003 state file {_disk["state/a.json"]}: cannot be written (", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Read-only file system", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith(Cure, refused.Message, StringComparison.Ordinal);
        Assert.Equal("old"u8.ToArray(), state.Read("a.json"));

        _disk.MakeWritable("state");
        state.Write("a.json", "new"u8);
        Assert.Equal("new"u8.ToArray(), state.Read("a.json"));
    }

    [Fact]
    public void A_directory_that_cannot_be_written_is_not_taken_for_one_that_another_agent_uses()
    {
        Directory.CreateDirectory(_disk["state"]);
        _disk.MakeReadOnly("state");
        var refused = Assert.Throws<CiliumException>(() => StateDirectory.Open(_disk["state"]));
        Assert.StartsWith($"CF1001 state directory {_disk["state"]}: cannot be used (", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Read-only file system", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("Make room on the disk, let this user write there, or set state-dir to another path.", refused.Message, StringComparison.Ordinal);
    }
}

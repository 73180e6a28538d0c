using Cilium.Framework.Errors;
using Cilium.Framework.State;

namespace Cilium.Framework.Core.Tests.State;

public sealed class StateDirectoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_that_may_not_be_written_is_refused_like_a_full_disk_and_the_old_content_stands()
    {
        using var state = StateDirectory.Open(_folder["state"]);
        state.Write("a.json", "old"u8);
        // A folder in the way: the kernel's refusal reaches .NET as "unauthorized", also for root.
        Directory.CreateDirectory(Path.Combine(state.Path, "a.json.new"));
        var refused = Assert.Throws<CiliumException>(() => state.Write("a.json", "new"u8));
        Assert.Equal(ErrorKind.Exhausted, refused.Kind);
        Assert.StartsWith($"CF1003 state file {Path.Combine(state.Path, "a.json")}: cannot be written (", refused.Message, StringComparison.Ordinal);
        Assert.Contains("What was stored before stands; make room on the disk, and let this user write there.", refused.Message, StringComparison.Ordinal);
        Assert.Equal("old"u8.ToArray(), state.Read("a.json"));
    }
}

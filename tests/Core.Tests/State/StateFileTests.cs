using Cilium.Framework.Errors;
using Cilium.Framework.Identities;
using Cilium.Framework.State;

namespace Cilium.Framework.Core.Tests.State;

public sealed class StateFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StateDirectory _state;

    public StateFileTests() => _state = StateDirectory.Open(_folder["state"]);

    public void Dispose()
    {
        _state.Dispose();
        _folder.Dispose();
    }

    private string Path => System.IO.Path.Combine(_state.Path, "identities.json");

    private StateFile<IdentityState> Open() => new(_state, "identities.json", IdentityStateJson.Default.IdentityState);

    private static IdentityState Holding(int claims) => IdentityState.Empty with { Claims = Enumerable.Range(0, claims).ToDictionary(i => $"k8s:n={i};", i => 256u + (uint)i) };

    [Fact]
    public void What_was_never_written_is_null() => Assert.Null(Open().Read());

    [Fact]
    public void A_file_that_was_cut_off_anywhere_is_damage_and_stays_as_it_is()
    {
        Open().Write(Holding(3));
        var whole = File.ReadAllBytes(Path);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(Path, whole[..length]);
            var error = Assert.Throws<CiliumException>(() => Open().Read());
            Assert.StartsWith($"CF1004 state file {Path} is damaged, or was written by another version: ", error.Message, StringComparison.Ordinal);
            Assert.Equal(length, File.ReadAllBytes(Path).Length);
        }
    }

    [Fact]
    public void What_another_version_wrote_beside_is_not_overlooked()
    {
        File.WriteAllText(Path, """{"Claims":{},"Prefixes":{},"LastPrefixId":0,"Leases":{}}""");
        var error = Assert.Throws<CiliumException>(() => Open().Read());
        Assert.Contains("'Leases'", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Nothing was changed. Restore it from a backup, or move it away to start without it.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_format_stands_first_and_a_file_without_it_is_read_as_the_first_format()
    {
        Open().Write(Holding(2));
        var text = File.ReadAllText(Path);
        Assert.StartsWith("{\n  \"Format\": 1,\n", text, StringComparison.Ordinal);
        File.WriteAllText(Path, text.Replace("  \"Format\": 1,\n", "", StringComparison.Ordinal));
        Assert.Equal(2, Open().Read()!.Claims.Count);
    }

    [Theory]
    [InlineData("""{"Format":2,"Claims":{},"Prefixes":{},"LastPrefixId":0}""")]
    [InlineData("""{"Format":2,"Whatever":[{}]}""")]
    [InlineData("""{"Format":2,""")]
    public void A_newer_format_is_refused_in_words_whatever_else_stands_there(string content)
    {
        File.WriteAllText(Path, content);
        var error = Assert.Throws<CiliumException>(() => Open().Read());
        Assert.Equal($"CF1005 state file {Path} has format 2; this version reads formats up to 1. A newer version wrote it. Nothing was changed. Start that version again, or move the file away to start without it.", error.Message);
        Assert.Equal(content, File.ReadAllText(Path));
    }

    [Theory]
    [InlineData("\"1\"")]
    [InlineData("null")]
    [InlineData("4294967296")]
    public void A_format_that_is_no_number_is_damage(string format)
    {
        File.WriteAllText(Path, $$"""{"Format":{{format}},"Claims":{},"Prefixes":{},"LastPrefixId":0}""");
        Assert.StartsWith("CF1004 ", Assert.Throws<CiliumException>(() => Open().Read()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_sees_the_old_content_or_the_new_one_never_a_part()
    {
        var file = Open();
        file.Write(Holding(1));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    begun.TrySetResult();
                    Assert.Contains(Open().Read()!.Claims.Count, (int[])[1, 500]);
                }
            },
            TestContext.Current.CancellationToken);
        await begun.Task;
        for (var i = 0; i < 50; i++)
            file.Write(Holding(i % 2 == 0 ? 500 : 1));
        await stop.CancelAsync();
        await reading;
    }

    [Fact]
    public void What_a_crash_left_beside_the_file_is_ignored_and_replaced()
    {
        Open().Write(Holding(1));
        File.WriteAllText(Path + ".new", "half of");
        Assert.Single(Open().Read()!.Claims);
        Open().Write(Holding(2));
        Assert.Equal(2, Open().Read()!.Claims.Count);
        Assert.False(File.Exists(Path + ".new"));
    }

    [Fact]
    public void Equal_content_is_not_written_again()
    {
        var file = Open();
        file.Write(Holding(1));
        File.Delete(Path);
        file.Write(Holding(1));
        Assert.False(File.Exists(Path));
    }

    [Fact]
    public void The_owner_alone_can_read_it()
    {
        Open().Write(Holding(1));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
    }

    [Fact]
    public void A_directory_belongs_to_one_agent() => Assert.Equal(
        $"CF1002 state directory {_state.Path}: another agent uses it. Stop that agent, or give this one a directory of its own (state-dir).",
        Assert.Throws<CiliumException>(() => StateDirectory.Open(_state.Path)).Message);
}

using Cilium.Framework.BadPlugins;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Core.Tests.Plugins;

/// <summary>Links, owners and modes of a plugin's files. Nothing of a plugin runs that somebody else could have changed.</summary>
public sealed class PluginFilesTests : IDisposable
{
    /// <summary>Root's alone on every machine, up to the root folder; temporary folders are everybody's.</summary>
    private const string RootsOwn = "/run";

    private const string Cure = "so that others than root could change what the agent runs. Give it to root and take the right to write away (chmod go-w), or set plugins.development to true for a checkout.";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly TemporaryFolder _elsewhere = new();
    private PluginFolder _plugins = null!;

    public void Dispose()
    {
        _plugins?.Dispose();
        _elsewhere.Dispose();
    }

    [Theory]
    [InlineData("Routing.Fixture.dll", UnixFileMode.OtherWrite, "606")]
    [InlineData("PrivateLibrary.dll", UnixFileMode.GroupWrite, "620")]
    [InlineData("Routing.Fixture.deps.json", UnixFileMode.GroupWrite, "620")]
    [Trait("Needs", "Root")]
    public async Task A_file_that_others_can_write_is_refused(string name, UnixFileMode more, string mode)
    {
        var folder = InstallForRoot();
        var other = more == UnixFileMode.OtherWrite ? UnixFileMode.OtherRead : UnixFileMode.None;
        File.SetUnixFileMode(Path.Combine(folder, name), UnixFileMode.UserRead | UnixFileMode.UserWrite | more | other);
        Assert.Equal(Refusal(folder, $"{folder}/{name} is writable by its group or by everybody (mode {mode}), {Cure}"), await ProblemAsync("plugins.development=false"));
    }

    [Fact]
    [Trait("Needs", "Root")]
    public async Task A_folder_above_that_others_can_write_is_refused()
    {
        var folder = InstallForRoot();
        File.SetUnixFileMode(_plugins.Directory, Private | UnixFileMode.GroupWrite);
        var problems = await ProblemsAsync("plugins.development=false");
        Assert.Contains(Refusal(folder, $"{_plugins.Directory} is writable by its group or by everybody (mode 720), {Cure}"), problems);
        Assert.Empty(_plugins.Journal);
    }

    [Fact]
    [Trait("Needs", "Root")]
    public async Task A_file_of_another_user_is_refused()
    {
        var folder = InstallForRoot();
        using (var chown = System.Diagnostics.Process.Start("chown", ["1000", Path.Combine(folder, "Routing.Fixture.dll")]))
            await chown.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Refusal(folder, $"{folder}/Routing.Fixture.dll belongs to user 1000, {Cure}"), await ProblemAsync("plugins.development=false"));
    }

    [Fact]
    [Trait("Needs", "Root")]
    public async Task Files_of_root_alone_are_loaded_without_a_note()
    {
        InstallForRoot();
        await using var set = await _plugins.LoadBadAsync("plugins.development=false");
        Assert.All(set.Descriptions, plugin => Assert.Empty(plugin.Note));
    }

    [Fact]
    public async Task A_link_out_of_the_folder_is_refused_also_in_development()
    {
        var folder = Install(new());
        var outside = Path.Combine(UnixPathOf(_elsewhere.Path), "PrivateLibrary.dll");
        File.Move(Path.Combine(folder, "PrivateLibrary.dll"), outside);
        File.CreateSymbolicLink(Path.Combine(folder, "PrivateLibrary.dll"), outside);
        Assert.Equal(Refusal(folder, $"PrivateLibrary.dll is a symbolic link to {outside}, outside its folder, where nobody watches it. Put the file itself there, or reinstall the plugin."), await ProblemAsync());
        Assert.DoesNotContain(_plugins.Journal, line => line.StartsWith("routing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_linked_folder_and_a_link_to_nothing_are_refused()
    {
        var folder = Install(new());
        Directory.CreateSymbolicLink(Path.Combine(folder, "more"), _elsewhere.Path);
        Directory.CreateSymbolicLink(Path.Combine(folder, "round"), folder);
        File.CreateSymbolicLink(Path.Combine(folder, "nothing.dll"), Path.Combine(folder, "gone.dll"));
        Assert.Equal(
            [
                Refusal(folder, $"more is a symbolic link to {UnixPathOf(_elsewhere.Path)}, outside its folder, where nobody watches it. Put the file itself there, or reinstall the plugin."),
                Refusal(folder, $"nothing.dll is a symbolic link to {folder}/gone.dll, which does not exist. Reinstall the plugin."),
                Refusal(folder, $"round is a symbolic link to {folder}, outside its folder, where nobody watches it. Put the file itself there, or reinstall the plugin."),
            ],
            (await ProblemsAsync()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_link_to_a_file_beside_it_is_what_libraries_have()
    {
        var folder = Install(new());
        File.Move(Path.Combine(folder, "libfixture.so"), Path.Combine(folder, "libfixture.so.1"));
        File.CreateSymbolicLink(Path.Combine(folder, "libfixture.so"), "libfixture.so.1");
        await using var set = await _plugins.LoadBadAsync();
        Assert.Contains("routing Configure with private library 2", _plugins.Journal);
    }

    private string InstallForRoot()
    {
        Require.Root();
        return Install(new(RootsOwn));
    }

    private string Install(PluginFolder plugins)
    {
        _plugins = plugins;
        foreach (var name in (string[])["Kvstore.Fixture", "Datapath.Fixture"])
            BadPlugin.Install(plugins.Directory, name);
        var folder = BadPlugin.Install(plugins.Directory, "Routing.Fixture");
        using var chmod = System.Diagnostics.Process.Start("chmod", ["-R", "go-w", plugins.Directory]);
        chmod.WaitForExit();
        return folder;
    }

    private static string Refusal(string folder, string text) => $"routing:provider: CF1203 plugin routing.fixture ({folder}): {text}";

    private static string UnixPathOf(string path) => Framework.Plugins.UnixPath.Resolve(path);

    private async Task<IReadOnlyList<string>> ProblemsAsync(params string[] flags) =>
        [.. (await Assert.ThrowsAsync<ConfigurationException>(() => _plugins.LoadBadAsync(flags))).Problems.Select(problem => problem.ToString())];

    private async Task<string> ProblemAsync(params string[] flags) => Assert.Single(await ProblemsAsync(flags));
}

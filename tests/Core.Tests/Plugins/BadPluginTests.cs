using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using Cilium.Framework.BadPlugins;
using Cilium.Framework.Errors;
using Cilium.Framework.Plugins;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cilium.Framework.Core.Tests.Plugins;

/// <summary>Plugins that go wrong (tests/BadPlugins), loaded by the real host: it names the plugin, the cause and the cure, and nothing is half-started.</summary>
public sealed class BadPluginTests : IDisposable
{
    private const string Defect = "This is a defect of the plugin: take another version of it, or another one (routing.provider).";
    private static readonly string[] NothingOfIt = ["kvstore Configure with private library 1", "datapath Configure", "datapath DisposeAsync", "kvstore DisposeAsync"];
    private readonly PluginFolder _plugins = new();

    public BadPluginTests()
    {
        BadPlugin.Install(_plugins.Directory, "Kvstore.Fixture");
        BadPlugin.Install(_plugins.Directory, "Datapath.Fixture");
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Bad => _plugins["Routing.Fixture"];

    public void Dispose() => _plugins.Dispose();

    [Theory]
    [InlineData("in constructor", "could not be made")]
    [InlineData("in Configure", "could not be configured")]
    [InlineData("in factory", "could not create routing fixture")]
    public async Task What_it_throws_while_it_is_loaded_is_told_and_what_was_created_is_given_back(string place, string doing)
    {
        BadPlugin.Install(_plugins.Directory, "Routing.Fixture", $"throw {place}");
        Assert.Equal($"routing:provider: CF1208 plugin routing.fixture ({Bad}): {doing}. InvalidOperationException: told to throw {place}. {Defect}", await ProblemAsync());
        Assert.Equal(NothingOfIt, _plugins.Journal.Where(line => !line.StartsWith("routing", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("in constructor", "configure")]
    [InlineData("in Configure", "configure")]
    [InlineData("in factory", "create")]
    public async Task One_that_hangs_while_it_is_loaded_is_given_up(string place, string doing)
    {
        BadPlugin.Install(_plugins.Directory, "Routing.Fixture", $"hang {place}");
        Assert.Equal(
            $"routing:provider: CF1210 plugin routing.fixture ({Bad}): did not finish within 3 s ({doing}). Look for what it waits for in its log; give it longer (plugins.start-timeout), or select another one (routing.provider).",
            await ProblemAsync("plugins.start-timeout=3"));
        Assert.Equal(NothingOfIt, _plugins.Journal.Where(line => !line.StartsWith("routing", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("throw", "told to throw.")]
    [InlineData("null", "ClusterPools is null; without pools it is empty.")]
    [InlineData("16 8", "a node's range cannot have the prefix length 8 in 10.0.0.0/16.")]
    [InlineData("16 33", "a node's range cannot have the prefix length 33 in 10.0.0.0/16.")]
    public async Task Pools_that_it_cannot_tell_are_a_problem_of_the_configuration(string behaviour, string words)
    {
        BadPlugin.Install(_plugins.Directory, "Routing.Fixture");
        var folder = BadPlugin.Install(_plugins.Directory, "Ipam.Fixture", behaviour);
        Assert.Equal(
            $"ipam:provider: CF1208 plugin ipam.fixture ({folder}): could not tell the pools of the cluster. InvalidOperationException: {words} {Defect.Replace("routing", "ipam", StringComparison.Ordinal)}",
            await ProblemAsync("ipam.provider=fixture"));
    }

    [Fact]
    public async Task One_that_hangs_when_it_is_asked_for_its_pools_is_given_up()
    {
        BadPlugin.Install(_plugins.Directory, "Routing.Fixture");
        BadPlugin.Install(_plugins.Directory, "Ipam.Fixture", "hang");
        Assert.Contains("did not finish within 3 s (tell the pools of the cluster).", await ProblemAsync("ipam.provider=fixture", "plugins.start-timeout=3"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_it_throws_on_start_is_told()
    {
        await using var set = await LoadedAsync("throw on start");
        var failed = await Assert.ThrowsAsync<CiliumException>(() => set.StartAsync("routing", set.Routing.InitializeAsync, Cancelled));
        Assert.Equal($"CF1209 plugin routing.fixture ({Bad}): failed (start). InvalidOperationException: told to throw on start. {Defect} The agent did not start; what was realised before stays.", failed.Message);
        Assert.Equal($"plugin routing.fixture ({Bad})", set.OwnerOf(failed.InnerException!));
        Assert.Null(set.OwnerOf(new InvalidOperationException()));
    }

    [Fact]
    public async Task One_that_hangs_on_start_is_given_up()
    {
        await using var set = await LoadedAsync("hang on start", "plugins.start-timeout=3");
        var failed = await Assert.ThrowsAsync<CiliumException>(() => set.StartAsync("routing", set.Routing.InitializeAsync, Cancelled));
        Assert.Equal(
            $"CF1210 plugin routing.fixture ({Bad}): did not finish within 3 s (start). Look for what it waits for in its log; give it longer (plugins.start-timeout), or select another one (routing.provider). The agent did not start; what was realised before stays.",
            failed.Message);
    }

    [Fact]
    public async Task What_it_throws_on_stop_does_not_keep_the_others_from_ending()
    {
        await using var set = await LoadedAsync("throw on stop");
        await set.EndAsync(NullLogger.Instance);
        Assert.Equal(["datapath DisposeAsync", "routing DisposeAsync", "kvstore DisposeAsync"], _plugins.Journal.TakeLast(3));
    }

    [Fact]
    public async Task What_found_its_words_keeps_them()
    {
        await using var set = await LoadedAsync("");
        var failed = await Assert.ThrowsAsync<CiliumException>(() => set.StartAsync("kvstore", () => throw new CiliumException(ErrorKind.Denied, "the server refuses. Give it a user."), Cancelled));
        Assert.Equal((ErrorKind.Denied, $"CF1209 plugin kvstore.fixture ({_plugins["Kvstore.Fixture"]}): failed (start). the server refuses. Give it a user. The agent did not start; what was realised before stays."), (failed.Kind, failed.Message));
        failed = await Assert.ThrowsAsync<CiliumException>(() => set.StartAsync("ipam", () => throw new CiliumException(ErrorKind.Invalid, "CF1004 of a file."), Cancelled));
        Assert.Equal("CF1004 of a file.", failed.Message);
    }

    [Fact]
    public async Task Two_versions_of_a_private_library_lie_side_by_side()
    {
        await using var set = await LoadedAsync("");
        Assert.Contains("kvstore Configure with private library 1", _plugins.Journal);
        Assert.Contains("routing Configure with private library 2", _plugins.Journal);
    }

    [Fact]
    public async Task A_private_library_that_is_missing_or_too_old_is_named_before_anything_runs()
    {
        BadPlugin.Install(_plugins.Directory, "Routing.Fixture");
        File.Copy(Path.Combine(_plugins["Kvstore.Fixture"], "PrivateLibrary.dll"), Path.Combine(Bad, "PrivateLibrary.dll"), overwrite: true);
        BadPlugin.Describe(Bad);
        Assert.Equal(
            $"routing:provider: CF1207 plugin routing.fixture ({Bad}): Routing.Fixture.dll needs PrivateLibrary 2.0.0.0, but PrivateLibrary.dll in its folder is 1.0.0.0. Build the plugin again, or reinstall it.",
            await ProblemAsync());
        File.Delete(Path.Combine(Bad, "PrivateLibrary.dll"));
        BadPlugin.Describe(Bad);
        Assert.Equal(
            $"routing:provider: CF1207 plugin routing.fixture ({Bad}): Routing.Fixture.dll needs PrivateLibrary 2.0.0.0, which lies neither in its folder nor in the runtime. Build the plugin so that its folder holds everything (EnableDynamicLoading), or reinstall it.",
            await ProblemAsync());
        Assert.DoesNotContain(_plugins.Journal, line => line.StartsWith("routing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_native_library_in_the_folder_is_called()
    {
        await using var set = await LoadedAsync("native");
        Assert.Contains("routing cube root of 27 is 3", _plugins.Journal);
        Assert.Contains(File.ReadLines("/proc/self/maps"), line => line.EndsWith($"{Bad}/libfixture.so", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_native_library_that_is_nowhere_is_named_before_anything_runs()
    {
        BadPlugin.Install(_plugins.Directory, "Routing.Fixture");
        File.Delete(Path.Combine(Bad, "libfixture.so"));
        BadPlugin.Describe(Bad);
        Assert.Equal(
            $"routing:provider: CF1207 plugin routing.fixture ({Bad}): Routing.Fixture.dll calls the native library fixture, which lies neither in its folder nor on this machine. Install the library, or reinstall the plugin.",
            await ProblemAsync());
        Assert.Equal(NothingOfIt, _plugins.Journal);
    }

    [Fact]
    public async Task One_that_was_built_against_newer_contracts_is_refused_whatever_its_plugin_json_says()
    {
        BadPlugin.Install(_plugins.Directory, "Routing.Fixture");
        ReferToNewerContracts(Path.Combine(Bad, "Routing.Fixture.dll"));
        BadPlugin.Describe(Bad);
        Assert.Equal(
            $"routing:provider: CF1205 plugin routing.fixture ({Bad}): Routing.Fixture.dll needs Cilium.Framework.Abstractions 9.0.0.0, this agent has 0.0.0.0. Build the plugin against 0.0.0.0 or older, or upgrade the agent.",
            await ProblemAsync());
        Assert.Equal(NothingOfIt, _plugins.Journal);
    }

    [Fact]
    public async Task Two_plugins_of_one_name_are_both_named()
    {
        BadPlugin.Install(_plugins.Directory, "Routing.Fixture");
        BadPlugin.Copy(Bad, _plugins["Routing.Twin"]);
        Assert.Equal($"plugins:directory: CF1202 plugin routing.fixture lies in two folders: {Bad} and {_plugins["Routing.Twin"]}. Remove one of them.", await ProblemAsync());
    }

    [Fact]
    public async Task A_description_that_cannot_be_read_is_named()
    {
        BadPlugin.Install(_plugins.Directory, "Routing.Fixture");
        await File.WriteAllTextAsync(Path.Combine(Bad, "plugin.json"), "{", Cancelled);
        var problems = await ProblemsAsync();
        Assert.StartsWith($"plugins:directory: CF1201 {Bad}/plugin.json cannot be read as a plugin's description: ", problems[0], StringComparison.Ordinal);
        Assert.EndsWith("Reinstall the plugin.", problems[0], StringComparison.Ordinal);
    }

    private async Task<PluginSet> LoadedAsync(string behaviour, params string[] flags)
    {
        BadPlugin.Install(_plugins.Directory, "Routing.Fixture", behaviour);
        return await _plugins.LoadBadAsync(flags);
    }

    private async Task<IReadOnlyList<string>> ProblemsAsync(params string[] flags) =>
        [.. (await Assert.ThrowsAsync<ConfigurationException>(() => _plugins.LoadBadAsync(flags))).Problems.Select(problem => problem.ToString())];

    private async Task<string> ProblemAsync(params string[] flags) => Assert.Single(await ProblemsAsync(flags));

    /// <summary>Changes the version in the assembly's table of references (ECMA-335 II.22.5: a row begins with the major version).</summary>
    private static void ReferToNewerContracts(string file)
    {
        var bytes = File.ReadAllBytes(file);
        using var image = new PEReader(new MemoryStream(bytes));
        var metadata = image.GetMetadataReader();
        var row = metadata.AssemblyReferences.Select((handle, index) => (Name: metadata.GetString(metadata.GetAssemblyReference(handle).Name), index))
            .Single(reference => reference.Name == typeof(IPlugin).Assembly.GetName().Name).index;
        bytes[image.PEHeaders.MetadataStartOffset + metadata.GetTableMetadataOffset(TableIndex.AssemblyRef) + (row * metadata.GetTableRowSize(TableIndex.AssemblyRef))] = 9;
        File.WriteAllBytes(file, bytes);
    }
}

using System.Net.Sockets;
using System.Security.Cryptography;
using System.Xml.Linq;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Plugins;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.Tests.Plugins;

public sealed class PluginHostTests : IDisposable
{
    private readonly PluginFolder _plugins = new();

    [Fact]
    public async Task Real_plugins_are_loaded_and_work_through_the_contracts()
    {
        await using var set = await _plugins.LoadAsync();
        await using (var kvstore = set.Kvstore)
        {
            await kvstore.StartAsync(TestContext.Current.CancellationToken);
            Assert.True((await kvstore.CommitAsync([new KvCondition.PrefixEmpty("a")], [new KvOperation.Put("a", "1"u8.ToArray())], TestContext.Current.CancellationToken)).Succeeded);
        }

        set.Ipam.SetPools([IpPrefix.Parse("10.0.0.0/24")]);
        Assert.Equal("10.0.0.2", (await set.Ipam.AllocateAsync("a", AddressFamily.InterNetwork, TestContext.Current.CancellationToken)).Address!.ToString());
        Assert.Empty(set.Routing.Plan(new("node1", [], [])).Devices);
        Assert.NotEqual(typeof(PluginHost).Assembly, set.Ipam.GetType().Assembly);
    }

    [Fact]
    public async Task Every_installed_plugin_is_described()
    {
        _plugins.Describe("Ipam.HostScope", "ipam.other");
        Directory.Move(_plugins["Ipam.HostScope"], _plugins["Ipam.Other"]);
        var problems = await ProblemsAsync();
        Assert.Equal([$"ipam:provider: \"host-scope\" is not installed (default). Installed in {_plugins.Directory}: other."], problems);
        Directory.Move(_plugins["Ipam.Other"], _plugins["Ipam.HostScope"]);
        _plugins.Describe("Ipam.HostScope", "ipam.host-scope");
        await using var set = await _plugins.LoadAsync();
        Assert.Equal(["datapath.fake", "ipam.host-scope", "kvstore.embedded", "routing.direct"], set.Descriptions.Select(plugin => plugin.Id));
        var kvstore = set.Descriptions[2];
        Assert.Equal((PluginState.Loaded, PluginApi.Version, _plugins["Kvstore.Embedded"]), (kvstore.State, kvstore.ApiVersion, kvstore.Path));
        Assert.Equal(["kvstore embedded"], kvstore.Provides);
        Assert.StartsWith("plugins.development is true: loaded although ", kvstore.Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_provider_lists_the_known_ones_and_where_it_was_named() =>
        Assert.Equal(
            [$"routing:provider: \"derect\" is not installed (flag --set routing.provider). Installed in {_plugins.Directory}: direct. Nearest: direct."],
            await ProblemsAsync("routing.provider=derect"));

    [Fact]
    public async Task A_changed_file_is_refused()
    {
        var file = Path.Combine(_plugins["Ipam.HostScope"], "Ipam.HostScope.dll");
        var expected = Hash(file);
        await File.AppendAllTextAsync(file, "x", TestContext.Current.CancellationToken);
        Assert.Equal(
            [$"ipam:provider: CF1204 plugin ipam.host-scope ({_plugins["Ipam.HostScope"]}): Ipam.HostScope.dll has the SHA-256 {Hash(file)}, but plugin.json says {expected}: it was changed or damaged. Reinstall the plugin."],
            await ProblemsAsync());
    }

    [Fact]
    public async Task A_file_that_plugin_json_does_not_list_is_refused()
    {
        File.Copy(typeof(PluginHostTests).Assembly.Location, Path.Combine(_plugins["Ipam.HostScope"], "Extra.dll"));
        Assert.EndsWith("Extra.dll lies in its folder but is not listed in plugin.json. Remove it or reinstall the plugin.", Assert.Single(await ProblemsAsync()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.2", "built against contracts 0.2, this agent offers 0.1. Install a plugin built for 0.1 or older, or upgrade the agent.")]
    [InlineData("1.0", "built against contracts 1.0, this agent offers 0.1. Install a plugin built for 0.1 or older, or upgrade the agent.")]
    [InlineData("new", "\"new\" is not a version of the contracts. Accepted: 0.0 to 0.1.")]
    public async Task Another_contract_version_is_refused(string version, string expected)
    {
        _plugins.EmitDatapath("datapath.fake", "fake", version);
        Assert.Equal([$"datapath:provider: CF1205 plugin datapath.fake ({_plugins["Datapath.Fake"]}): {expected}"], await ProblemsAsync());
    }

    [Fact]
    public async Task A_shared_assembly_in_the_folder_is_refused()
    {
        File.Copy(typeof(IPlugin).Assembly.Location, Path.Combine(_plugins["Datapath.Fake"], "Cilium.Framework.Abstractions.dll"));
        _plugins.Describe("Datapath.Fake", "datapath.fake");
        Assert.EndsWith("Cilium.Framework.Abstractions.dll lies in its folder, but the host provides that assembly: two copies would not fit together. Build the plugin with the package's build targets, or delete the file.", Assert.Single(await ProblemsAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_native_library_of_another_machine_is_refused()
    {
        await File.WriteAllTextAsync(Path.Combine(_plugins["Datapath.Fake"], "libfake.so"), "no library of any machine", TestContext.Current.CancellationToken);
        _plugins.Describe("Datapath.Fake", "datapath.fake");
        Assert.EndsWith($"libfake.so is not a library for {System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture} Linux. Install the plugin for this machine.", Assert.Single(await ProblemsAsync()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "Datapath.Fake.dll has 0 attributes [assembly: CiliumPlugin]; exactly one is needed.")]
    [InlineData("datapath.other", "Datapath.Fake.dll says that it is datapath.other. Id of plugin.json and of [assembly: CiliumPlugin] must be equal.")]
    public async Task An_assembly_that_does_not_say_who_it_is_is_refused(string? id, string expected)
    {
        _plugins.EmitDatapath(id, "fake");
        Assert.EndsWith(expected, Assert.Single(await ProblemsAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_that_does_not_provide_its_name_is_refused()
    {
        _plugins.EmitDatapath("datapath.fake", "other");
        Assert.Equal([$"datapath:provider: CF1208 plugin datapath.fake ({_plugins["Datapath.Fake"]}): does not provide datapath fake. It provides: datapath other. Select what it provides, or install another build."], await ProblemsAsync());
    }

    [Fact]
    public async Task Another_plugin_json_than_the_pinned_one_is_refused()
    {
        var actual = Hash(Path.Combine(_plugins["Ipam.HostScope"], "plugin.json"));
        await using (await _plugins.LoadAsync($"plugins.pins.ipam.host-scope={actual}"))
        {
        }

        var pin = new string('0', 64);
        Assert.Equal(
            [$"ipam:provider: CF1204 plugin ipam.host-scope ({_plugins["Ipam.HostScope"]}): plugin.json has the SHA-256 {actual}, but plugins.pins asks for {pin}. Install the pinned build or change the pin."],
            await ProblemsAsync($"plugins.pins.ipam.host-scope={pin}"));
    }

    [Fact]
    public async Task A_folder_that_others_can_write_is_refused_outside_development()
    {
        var problems = await ProblemsAsync("plugins.development=false");
        Assert.Equal(4, problems.Count);
        Assert.All(problems, problem => Assert.Contains("so that others than root could change what the agent runs.", problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Unknown_settings_of_a_plugin_name_the_nearest_known_one() =>
        Assert.Equal(
            ["routing:direct:device: is not a known setting of plugin routing.direct (flag --set routing.direct.device). Nearest known: routing.direct.devices."],
            await ProblemsAsync("routing.direct.device=eth0"));

    [Fact]
    public async Task A_section_of_no_installed_plugin_is_refused() =>
        Assert.Equal(
            ["kvstore:embeded:path: belongs to no installed plugin (flag --set kvstore.embeded.path). Nearest known section: kvstore.embedded."],
            await ProblemsAsync("kvstore.embeded.path=/tmp/x"));

    [Fact]
    public async Task Problems_of_the_configuration_and_of_all_plugins_come_together() =>
        Assert.Equal(
            [
                "mtu: \"1\" is not accepted (flag --set mtu). Accepted: 576..65535.",
                "kvstore:embedded:path: \"here\" is not accepted. Accepted: an absolute path of a file.",
                "routing:direct:install-routes: \"maybe\" is not accepted. Accepted: true, false.",
            ],
            await ProblemsAsync("mtu=1", "kvstore.embedded.path=here", "routing.direct.install-routes=maybe"));

    [Fact]
    public void The_build_targets_write_the_version_that_the_contracts_name()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Cilium.Framework.sln")))
            folder = folder.Parent;
        var targets = XDocument.Load(Path.Combine(folder.FullName, "src/Abstractions/build/Cilium.Framework.Abstractions.targets"));
        Assert.Equal(PluginApi.Version, targets.Descendants("CiliumPluginApiVersion").Single().Value);
    }

    public void Dispose() => _plugins.Dispose();

    private async Task<IReadOnlyList<string>> ProblemsAsync(params string[] flags) =>
        [.. (await Assert.ThrowsAsync<ConfigurationException>(() => _plugins.LoadAsync(flags))).Problems.Select(problem => problem.ToString())];

    private static string Hash(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
}

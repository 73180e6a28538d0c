using System.Text;
using Cilium.Framework.Agent.Commands;
using Cilium.Framework.Agent.Hosting;
using Cilium.Framework.Configuration;
using Cilium.Framework.Kvstore;
using Cilium.Framework.State;

namespace Cilium.Framework.Agent.Tests.Commands;

/// <summary><c>cilium-agent fsck</c> on the embedded store, with the plugins that an agent would load.</summary>
[Collection("console")]
public sealed class FsckCommandTests : IDisposable
{
    private const string Numbers = "cilium/state/identities/v1/id/";
    private const string Uses = "cilium/state/identities/v1/value/";
    private readonly TemporaryFolder _folder = new();

    public FsckCommandTests()
    {
        foreach (var name in (string[])["Kvstore.Embedded", "Ipam.HostScope", "Routing.Direct", "Datapath.Simulator"])
            Copy(Path.Combine(AppContext.BaseDirectory, "..", "..", name, Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'))), _folder[$"plugins/{name}"]);
    }

    public void Dispose() => _folder.Dispose();

    private string State => _folder["state"];

    private string[] Flags => ["datapath.provider=simulator", "plugins.development=true", $"plugins.directory={_folder["plugins"]}", $"state-dir={State}", $"run-dir={_folder["run"]}", "ipv4.pod-cidr=10.0.0.0/24"];

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private async Task<T> WithStoreAsync<T>(Func<IKvstore, Task<T>> use)
    {
        Directory.CreateDirectory(State);
        var configuration = ConfigurationLoader.Load(new ConfigurationSources { InstallDirectory = _folder.Path, File = null, HostName = "n", Flags = Flags });
        await using var plugins = await OfflinePlugins.LoadAsync(configuration);
        await using var store = plugins.Set.Kvstore;
        await store.StartAsync(TestContext.Current.CancellationToken);
        return await use(store);
    }

    private Task PutAsync(params (string Key, string Value)[] entries) => WithStoreAsync(async store =>
        await store.CommitAsync([], [.. entries.Select(entry => new KvOperation.Put(entry.Key, Encoding.UTF8.GetBytes(entry.Value)))], TestContext.Current.CancellationToken));

    private Task<List<string>> ReadAsync() => WithStoreAsync(async store =>
        (await store.ListAsync("cilium/state/", TestContext.Current.CancellationToken)).Select(entry => $"{entry.Key} {Encoding.UTF8.GetString(entry.Value.Span)}").ToList());

    private async Task<(int Status, string[] Output, string Error)> FsckAsync(params string[] arguments)
    {
        var (before, error) = (Console.Out, Console.Error);
        using var shown = new StringWriter();
        using var complained = new StringWriter();
        Console.SetOut(shown);
        Console.SetError(complained);
        try
        {
            var status = await CommandLine.RunAsync(["fsck", .. arguments, .. Flags.SelectMany(flag => (string[])["--set", flag])]);
            return (status, shown.ToString().TrimEnd().Split('\n'), complained.ToString().TrimEnd());
        }
        finally
        {
            Console.SetOut(before);
            Console.SetError(error);
        }
    }

    [Fact]
    public async Task A_clean_store_is_ok_and_what_nobody_uses_is_only_told()
    {
        await PutAsync((Numbers + "300", "k8s:app=web;"), (Uses + "k8s:app=web;/10.0.0.1", "300"), (Numbers + "301", "k8s:app=db;"));
        var (status, output, error) = await FsckAsync();
        Assert.Equal((0, ""), (status, error));
        Assert.Equal([$"Info: {Numbers}301: no node uses k8s:app=db; it is collected in time.", "ok: 3 keys"], output);
    }

    [Fact]
    public async Task Nothing_is_touched_without_repair_and_with_it_what_is_safe_is_mended()
    {
        // The number's key is unreadable: it has to go before it can be written again.
        await PutAsync(
            (Numbers + "300", "rubbish"), (Uses + "k8s:app=web;/10.0.0.1", "300"),
            (Numbers + "301", "k8s:app=db;"), (Numbers + "302", "k8s:app=db;"), (Uses + "k8s:app=db;/10.0.0.1", "301"),
            (Uses + "k8s:app=db;/10.0.0.2", "302"), (Uses + "k8s:app=db;/10.0.0.3", "302"),
            ("cilium/state/nodes/v1/default/a", "{"));
        var before = await ReadAsync();
        var (status, output, error) = await FsckAsync();
        Assert.Equal((1, ""), (status, error));
        Assert.Equal("4 findings in 8 keys, 3 of them can be mended with --repair", output[^1]);
        Assert.All(output.SkipLast(1), line => Assert.StartsWith("Error: cilium/state/", line, StringComparison.Ordinal));
        Assert.Equal(before, await ReadAsync());

        (status, output, error) = await FsckAsync("--repair");
        Assert.Equal((0, ""), (status, error));
        Assert.Equal(
            [
                $"Mended: removed {Numbers}300",
                $"Mended: removed {Uses}k8s:app=db;/10.0.0.1: 10.0.0.1 has to take 302",
                $"Mended: removed {Numbers}301: 302 is kept",
                "Mended: removed cilium/state/nodes/v1/default/a",
                $"Mended: wrote {Numbers}300 for k8s:app=web",
                "ok: 5 keys",
            ],
            output.Where(line => !line.StartsWith("Error: ", StringComparison.Ordinal)));
        Assert.Equal(
            [$"{Numbers}300 k8s:app=web;", $"{Numbers}302 k8s:app=db;", $"{Uses}k8s:app=db;/10.0.0.2 302", $"{Uses}k8s:app=db;/10.0.0.3 302", $"{Uses}k8s:app=web;/10.0.0.1 300"],
            await ReadAsync());
        Assert.Equal((0, "ok: 5 keys", ""), await FsckAsync() is var (again, said, complained) ? (again, Assert.Single(said), complained) : default);
    }

    [Fact]
    public async Task What_a_person_has_to_decide_is_left()
    {
        await PutAsync((Numbers + "5", "k8s:app=web;"));
        var (status, output, _) = await FsckAsync("--repair");
        Assert.Equal((1, $"1 findings are left: {Numbers}5"), (status, output[^1]));
    }

    [Fact]
    public async Task A_store_that_an_agent_has_open_is_left_alone()
    {
        using var agent = StateDirectory.Open(State);
        var (status, _, error) = await FsckAsync("--repair");
        Assert.Equal(
            (1, $"cilium-agent: fsck: the store embedded is open in the running agent of {State}. Nothing was checked. Stop the agent first, or look with cilium kvstore get --recursive."), (status, error));
    }

    [Fact]
    public async Task A_store_that_never_was_is_not_called_clean()
    {
        var (status, _, error) = await FsckAsync();
        Assert.Equal(1, status);
        Assert.Equal($"cilium-agent: fsck: the store embedded keeps its keys in the state directory, and {State} does not exist: no agent ran with these settings. Nothing was checked. See --config and state-dir.", error);
        Assert.False(Directory.Exists(State));
    }
}

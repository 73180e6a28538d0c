using System.Diagnostics;
using System.Globalization;
using Cilium.Framework.Lab;

namespace Cilium.Framework.EndToEnd.Tests.Stores;

/// <summary>What an operator sees and mends in a real store while agents run on it.</summary>
public abstract partial class StoreTests
{
    private const string Numbers = "cilium/state/identities/v1/id/";
    private const string Uses = "cilium/state/identities/v1/value/";

    /// <summary>A node that never was.</summary>
    private const string Nobody = "192.0.2.99";

    private static readonly TimeSpan LineWithin = Patience.Of(TimeSpan.FromSeconds(Soon));

    [Fact]
    public async Task Damage_in_the_store_is_named_then_mended_and_agents_keep_their_numbers()
    {
        var own = await Task.WhenAll(store.Nodes.Select(ClusterView.DescribeAsync));
        var number = await IdentityAsync(Pod(0, "client"));
        var whole = await ReadStateAsync();
        string[] free = [.. Enumerable.Range(1000, 4 + whole.Count).Select(id => id.ToString(CultureInfo.InvariantCulture)).Where(id => !whole.ContainsKey(Numbers + id)).Take(3)];
        var (second, unreadable, orphaned) = (free[0], free[1], free[2]);
        var orphan = $"{Uses}{store.Servers.LabelsOf("k8s:app=gone;")}/{Nobody}";
        await store.Servers.WriteAsync(Numbers + second, store.Servers.LabelsOf("k8s:app=client;"), Stop);
        await store.Servers.WriteAsync(Numbers + unreadable, "!", Stop);
        await store.Servers.WriteAsync(orphan, orphaned, Stop);
        var damaged = await ReadStateAsync();

        var found = await FsckAsync(1);
        Assert.Equal(
            [
                $"Error: {Numbers}{unreadable}: its value is no set of labels. Accepted: source:key=value; for each label.",
                $"Error: {Numbers}{second}: k8s:app=client has several numbers: {number} ({store.Nodes.Count} users), {second} (0 users). {number} is kept.",
                $"Error: {Numbers}{orphaned}: the key is missing, and {Nobody} use it for k8s:app=gone.",
                $"3 findings in {damaged.Count} keys, 3 of them can be mended with --repair",
            ],
            found);
        Assert.Equal(damaged.OrderBy(entry => entry.Key), (await ReadStateAsync()).OrderBy(entry => entry.Key));

        var mended = await FsckAsync(0, "--repair");
        Assert.Equal(
            [$"Mended: removed {Numbers}{unreadable}", $"Mended: removed {Numbers}{second}: {number} is kept", $"Mended: wrote {Numbers}{orphaned} for k8s:app=gone", $"ok: {whole.Count + 2} keys"],
            mended.Where(line => !line.StartsWith("Error: ", StringComparison.Ordinal)));

        Assert.Equal([$"ok: {whole.Count + 2} keys"], await FsckAsync(0));
        Assert.Equal(store.Servers.LabelsOf("k8s:app=gone;"), (await ReadStateAsync())[Numbers + orphaned]);
        Assert.Equal(own, await Task.WhenAll(store.Nodes.Select(ClusterView.DescribeAsync)));
        foreach (var node in store.Nodes)
            await node.Agent.WaitUntilReadyAsync(Patience.Of(TimeSpan.FromSeconds(Soon)), Stop);
        await store.Servers.DeleteAsync(orphan, Stop);
        await store.Servers.DeleteAsync(Numbers + orphaned, Stop);
    }

    [Fact]
    public async Task What_is_written_on_one_node_is_watched_read_and_removed_on_others()
    {
        var folder = $"cilium/test/{Guid.NewGuid():N}/";
        using var watch = TestLab.StartCli(store.Nodes[2], "kvstore", "watch", folder);
        try
        {
            Assert.Equal("listed", await LineAsync(watch));
            Assert.Equal("", await OkAsync(store.Nodes[0], "kvstore", "set", $"{folder}a", "--value", "1 ä"));
            Assert.Equal($"created {folder}a => 1 ä", await LineAsync(watch));
            Assert.Equal("1 ä", (await store.Servers.ReadAsync(Stop))[$"{folder}a"]);
            Assert.Equal($"{folder}a => 1 ä\n", await OkAsync(store.Nodes[1], "kvstore", "get", $"{folder}a"));
            await store.Servers.WriteAsync($"{folder}a", "2", Stop);
            Assert.Equal($"modified {folder}a => 2", await LineAsync(watch));
            await OkAsync(store.Nodes[1], "kvstore", "set", $"{folder}b", "--value", "3");
            Assert.Equal($"created {folder}b => 3", await LineAsync(watch));
            Assert.Equal($"{folder}a => 2\n{folder}b => 3\n", await OkAsync(store.Nodes[2], "kvstore", "get", "--recursive", folder));
            await OkAsync(store.Nodes[2], "kvstore", "delete", $"{folder}a");
            Assert.Equal($"deleted {folder}a", await LineAsync(watch));
            Assert.Equal("1 keys\n", await OkAsync(store.Nodes[0], "kvstore", "delete", "--recursive", folder));
            Assert.Equal($"deleted {folder}b", await LineAsync(watch));
        }
        finally
        {
            watch.Kill();
        }

        Assert.Empty(await OkAsync(store.Nodes[1], "kvstore", "get", "--recursive", folder));
        var (status, output, error) = await TestLab.CliAsync(store.Nodes[1], "kvstore", "delete", $"{folder}a");
        Assert.Equal((1, "", $"cilium: The store has no key \"{folder}a\". See cilium kvstore get --recursive with the beginning of a key. Nothing was changed.\n"), (status, output, error));
    }

    [Fact]
    public async Task Every_node_lists_all_nodes_with_their_addresses_and_ranges()
    {
        foreach (var node in store.Nodes)
        {
            var lines = (await OkAsync(node, "node", "list")).TrimEnd().Split('\n').Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            Assert.Equal(
                store.Nodes.Select((other, i) => (string[])[$"node{i + 1}", $"{other.Network.Place.IPv4}", $"{other.Network.Place.PodIPv4}", $"{other.Network.Place.IPv6}", $"{other.Network.Place.PodIPv6}"]), lines);
        }
    }

    /// <summary>What is checked: keys of Cilium, none of ours.</summary>
    private async Task<Dictionary<string, string>> ReadStateAsync() =>
        (await store.Servers.ReadAsync(Stop)).Where(entry => entry.Key.StartsWith("cilium/state/", StringComparison.Ordinal)).ToDictionary();

    private static async Task<string> OkAsync(LabNode node, params string[] arguments)
    {
        var (status, output, error) = await TestLab.CliAsync(node, arguments);
        Assert.True(status == 0, $"cilium {string.Join(' ', arguments)} ended with {status}: {output}{error}");
        return output;
    }

    /// <returns>What it says, without what is no defect.</returns>
    private async Task<IReadOnlyList<string>> FsckAsync(int expected, params string[] arguments)
    {
        var (status, output, error) = await TestLab.CliAsync(store.Nodes[0], ["fsck", .. arguments]);
        Assert.True((status, error) == (expected, ""), $"cilium fsck {string.Join(' ', arguments)} ended with {status}: {output}{error}");
        return [.. output.TrimEnd().Split('\n').Where(line => !line.StartsWith("Info: ", StringComparison.Ordinal))];
    }

    private static async Task<string?> LineAsync(Process process) => await process.StandardOutput.ReadLineAsync(Stop).AsTask().WaitAsync(LineWithin, Stop);
}

using System.Globalization;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Traffic;

namespace Cilium.Framework.Demo;

/// <summary>The story of nodes that share a store: what one of them knows, all of them know, and a rule on one judges pods of all.</summary>
internal sealed class ClusterScenario(IReadOnlyList<LabNode> nodes, CheckRunner checks, Action<string> say)
{
    private const int Accepted = 80, Other = 8080;

    /// <summary>A change is everywhere within a second; what takes longer is lost.</summary>
    private static readonly TimeSpan Deadline = Patience.Of(TimeSpan.FromSeconds(10));

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly string[] Apps = ["client", "web", "batch"];
    private readonly Dictionary<(LabNode Node, string App), LabPod> _pods = [];

    public async Task RunAsync(CancellationToken ct)
    {
        say("Every node learns of the others from the store");
        foreach (var node in nodes)
            await NodesAsync(node, ct);
        say($"Adding pods on every node: {string.Join(", ", Apps)}");
        foreach (var (node, app) in nodes.SelectMany(node => Apps.Select(app => (node, app))))
            _pods[(node, app)] = await node.AddPodAsync(app, [$"k8s:app={app}"], ct);
        await IdentitiesAsync(ct);
        foreach (var node in nodes)
            await AddressesAsync(node, ct);
        say("Importing web.yaml on every node");
        foreach (var node in nodes)
            await new RuleFiles(node).ImportAsync(["web.yaml"], ct);
        await TrafficAsync(ct);
    }

    private async Task NodesAsync(LabNode node, CancellationToken ct)
    {
        var expected = string.Join(' ', nodes.Select(Name));
        var seen = await SeenAsync(expected, async () => string.Join(' ', await KnownNodesAsync(node, ct)), ct);
        Add(Name(node), "cluster", "nodes", expected, seen, "cilium node list");
    }

    private static async Task<IEnumerable<string>> KnownNodesAsync(LabNode node, CancellationToken ct) =>
        ((await node.Agent.Client.GetStatusAsync(ct)).Cluster?.Nodes ?? []).Select(known => known.Name).Order(StringComparer.Ordinal);

    /// <summary>Equal labels have one number everywhere, different labels different ones.</summary>
    private async Task IdentitiesAsync(CancellationToken ct)
    {
        var all = new HashSet<string>();
        foreach (var app in Apps)
        {
            var numbers = new List<string>();
            foreach (var node in nodes)
                numbers.Add(await IdentityAsync(node, app, ct));
            var different = numbers.Distinct().ToList();
            all.UnionWith(different);
            Add(app, "all nodes", "identity", "one number", different.Count == 1 ? "one number" : string.Join(' ', numbers), string.Join(' ', different));
        }

        Add("all pods", "all nodes", "identity", Count(Apps.Length, "numbers"), Count(all.Count, "numbers"), "cilium identity list");
    }

    /// <summary>A node knows the addresses of every node's pods, each with the identity that its own node gives it.</summary>
    private async Task AddressesAsync(LabNode node, CancellationToken ct)
    {
        var identities = new Dictionary<string, string>();
        foreach (var ((home, app), pod) in _pods)
            identities[$"{pod.IPv4}/32"] = identities[$"{pod.IPv6}/128"] = await IdentityAsync(home, app, ct);
        var expected = Count(identities.Count, "addresses");
        var seen = await SeenAsync(expected, async () => Count(await KnownAsync(node, identities, ct), "addresses"), ct);
        Add(Name(node), "all pods", "ipcache", expected, seen, "cilium bpf ipcache list");
    }

    private static async Task<int> KnownAsync(LabNode node, Dictionary<string, string> identities, CancellationToken ct)
    {
        var table = await node.Agent.Client.GetTableAsync("ipcache", ct);
        var (identity, status) = (table.Columns.ToList().IndexOf("Identity"), table.Columns.ToList().IndexOf("Status"));
        return table.Rows.Count(row => identities.GetValueOrDefault(row[0]) == row[identity] && row[status] == "Done");
    }

    /// <summary>What a pod accepts is judged where it runs; who sends, and from which node, is told by the identity.</summary>
    private async Task TrafficAsync(CancellationToken ct)
    {
        var (home, web) = (nodes[0], PlaceOf(nodes[0], "web"));
        await using var accepted = new EchoServer(web.Namespace, Accepted);
        await using var other = new EchoServer(web.Namespace, Other);
        foreach (var v6 in (bool[])[false, true])
        {
            say($"Traffic on {Name(home)}, and to it from the others, over {(v6 ? "IPv6" : "IPv4")}");
            foreach (var node in nodes)
            {
                await checks.TcpAsync(PlaceOf(node, "client"), web, Accepted, v6, allowed: true, ct);
                await checks.TcpAsync(PlaceOf(node, "client"), web, Other, v6, allowed: false, ct);
                await checks.TcpAsync(PlaceOf(node, "batch"), web, Accepted, v6, allowed: false, ct);
            }
        }
    }

    private Place PlaceOf(LabNode node, string app)
    {
        var pod = _pods[(node, app)];
        return new Place($"{app}, {Name(node)}", pod.Namespace, pod.IPv4, pod.IPv6);
    }

    private async Task<string> IdentityAsync(LabNode node, string app, CancellationToken ct) =>
        (await node.Agent.Client.GetEndpointAsync($"container-id:{_pods[(node, app)].ContainerId}", ct)).Status.Identity?.Id.ToString(CultureInfo.InvariantCulture) ?? "none";

    private void Add(string from, string to, string what, string expected, string seen, string rule) =>
        checks.Add(new Check { From = from, To = to, Port = "-", Protocol = what, Family = "-", Expected = expected, Seen = seen, Rule = rule });

    private static async Task<string> SeenAsync(string expected, Func<Task<string>> look, CancellationToken ct)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var seen = await look();
            if (seen == expected || TimeProvider.System.GetElapsedTime(started) > Deadline)
                return seen;
            // Nothing tells when a node has learned of another; within the deadline it is asked again.
            await Task.Delay(Pause, TimeProvider.System, ct);
        }
    }

    private static string Name(LabNode node) => Path.GetFileName(node.Folder);

    private static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}");
}

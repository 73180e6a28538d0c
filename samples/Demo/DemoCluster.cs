using System.Globalization;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Traffic;

namespace Cilium.Framework.Demo;

/// <summary>The nodes with their pods, and how checks about them are written down.</summary>
internal sealed class DemoCluster(LabCluster lab, ClusterProfile profile, EventLog events, CheckRunner checks, Action<string> say)
{
    /// <summary>Bytes per packet of the lab's cables.</summary>
    public const int CableMtu = 1500;

    /// <summary>A change is everywhere within a second; what takes longer is lost.</summary>
    private static readonly TimeSpan Deadline = Patience.Of(TimeSpan.FromSeconds(10));

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Between pods an answer comes in milliseconds.</summary>
    private static readonly TimeSpan Answer = Patience.Of(TimeSpan.FromMilliseconds(500));

    private readonly Dictionary<(LabNode Node, string App), LabPod> _pods = [];

    /// <summary>Each runs on every node.</summary>
    public static IReadOnlyList<string> Apps { get; } = ["client", "web", "batch"];

    public LabCluster Lab => lab;

    public ClusterProfile Profile => profile;

    public IReadOnlyList<LabNode> Nodes => lab.Nodes;

    /// <summary>What the agent of the first node tells.</summary>
    public EventLog Events => events;

    public CheckRunner Checks => checks;

    public IEnumerable<(LabNode Node, string App, LabPod Pod)> Pods => _pods.Select(pod => (pod.Key.Node, pod.Key.App, pod.Value));

    public static string Name(LabNode node) => Path.GetFileName(node.Folder);

    public static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}");

    public void Say(string what) => say(what);

    /// <summary>Shows what a command of the command line prints on a node. One that fails, as <c>health</c> does where a node is not reached, is a check that failed.</summary>
    public async Task ShowAsync(LabNode node, CancellationToken ct, params string[] words)
    {
        var command = $"cilium {string.Join(' ', words)}";
        say($"    {Name(node)}# {command}");
        try
        {
            Indent(await node.CommandAsync(ct, words));
        }
        catch (LabException exception)
        {
            Indent(exception.Message);
            Compare(Name(node), "itself", "command", "status 0", "failed", command);
        }

        void Indent(string text)
        {
            foreach (var line in text.TrimEnd().Split('\n'))
                say($"    {line}".TrimEnd());
        }
    }

    public async Task AddPodsAsync(CancellationToken ct)
    {
        foreach (var (node, app) in Nodes.SelectMany(node => Apps.Select(app => (node, app))))
            _pods[(node, app)] = await node.AddPodAsync(app, [$"k8s:app={app}"], ct);
    }

    public LabPod Pod(LabNode node, string app) => _pods[(node, app)];

    public Place PlaceOf(LabNode node, string app)
    {
        var pod = Pod(node, app);
        return new Place($"{app}, {Name(node)}", pod.Namespace, pod.IPv4, pod.IPv6);
    }

    /// <returns>0: it has none.</returns>
    public async Task<long> IdentityAsync(LabNode node, string app, CancellationToken ct) =>
        (await node.Agent.Client.GetEndpointAsync($"container-id:{Pod(node, app).ContainerId}", ct)).Status.Identity?.Id ?? 0;

    /// <summary>Writes down what was compared.</summary>
    /// <param name="from">Who.</param>
    /// <param name="to">With whom, or about what.</param>
    /// <param name="what">In a word.</param>
    /// <param name="expected">What has to be there.</param>
    /// <param name="seen">What is there.</param>
    /// <param name="rule">Where it can be looked at.</param>
    public void Compare(string from, string to, string what, string expected, string seen, string rule) =>
        checks.Add(new Check { From = from, To = to, Port = "-", Protocol = what, Family = "-", Expected = expected, Seen = seen, Rule = rule });

    /// <summary>Looks until what is expected is there, or the deadline is over.</summary>
    public async Task CompareAsync(string from, string to, string what, string expected, Func<Task<string>> look, string rule, CancellationToken ct) =>
        Compare(from, to, what, expected, await SeenAsync(expected, look, ct), rule);

    /// <summary>Tries pings between pods that no rule concerns until the outcome is the expected one.</summary>
    public Task PingAsync(LabNode from, LabNode to, bool v6, bool arrives, string rule, CancellationToken ct)
    {
        var (client, server) = (PlaceOf(from, "client"), PlaceOf(to, "client"));
        return CompareAsync(
            client.Name, server.Name, v6 ? "ICMP v6" : "ICMP v4", Word(arrives), async () => Word(await Probe.PingAsync(client.Namespace, v6 ? server.IPv6 : server.IPv4, Answer, ct)), rule, ct);
    }

    private static string Word(bool arrives) => arrives ? "answered" : "no answer";

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
}

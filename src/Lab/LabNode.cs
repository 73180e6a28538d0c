using System.Globalization;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Lab.Servers;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab;

/// <summary>One node of the lab: its network, its agent, its pods. Plays the container runtime's part: makes the veth, asks for addresses, announces the endpoint.</summary>
public sealed class LabNode : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = Patience.Of(TimeSpan.FromSeconds(30));
    private readonly string _name;
    private readonly Layout _layout;
    private readonly IReadOnlyList<string> _settings;
    private readonly List<LabPod> _pods = [];
    private int _podCount;

    private LabNode(string name, Layout layout, LabNetwork network, string folder, IReadOnlyList<string> settings) =>
        (_name, _layout, Network, Folder, _settings) = (name, layout, network, folder, settings);

    /// <summary>The node's namespaces.</summary>
    public LabNetwork Network { get; }

    /// <summary>The last lines of the agent's log.</summary>
    public string LogTail() => _agent?.LogTail() ?? "(no agent)";

    /// <summary>Folder of state, sockets and log; outlives the lab unless it is temporary.</summary>
    public string Folder { get; }

    /// <summary>Path of the agent's socket.</summary>
    public string Socket => Path.Combine(Folder, "run", "cilium.sock");

    /// <summary>The running agent.</summary>
    /// <exception cref="InvalidOperationException">It was killed and not started again.</exception>
    public AgentProcess Agent => _agent ?? throw new InvalidOperationException("The agent does not run.");

    /// <summary>An agent was started and answered.</summary>
    public bool IsRunning => _agent is not null;

    /// <summary>Pods, in the order of their creation.</summary>
    public IReadOnlyList<LabPod> Pods => _pods;

    private AgentProcess? _agent;

    /// <summary>Builds the network of a node that is alone and starts the agent.</summary>
    /// <param name="name">Prefix of every namespace; no other lab has it.</param>
    /// <param name="layout">Where the programs lie.</param>
    /// <param name="folder">Folder for state, sockets and log.</param>
    /// <param name="settings">Further settings, each <c>key=value</c>.</param>
    /// <param name="ct">Gives up and removes what was built.</param>
    public static Task<LabNode> StartAsync(string name, Layout layout, string folder, IReadOnlyList<string> settings, CancellationToken ct) =>
        StartAsync(name, layout, LabNetwork.Create(name, LabPlace.Of(0)), folder, settings, ct);

    /// <summary>Starts the agent of a node whose network is built.</summary>
    /// <param name="name">Prefix of every namespace; no other node has it.</param>
    /// <param name="layout">Where the programs lie.</param>
    /// <param name="network">The node's from now on.</param>
    /// <param name="folder">Folder for state, sockets and log.</param>
    /// <param name="settings">Further settings, each <c>key=value</c>.</param>
    /// <param name="ct">Gives up and removes the network.</param>
    public static async Task<LabNode> StartAsync(string name, Layout layout, LabNetwork network, string folder, IReadOnlyList<string> settings, CancellationToken ct)
    {
        var node = Create(name, layout, network, folder, settings);
        try
        {
            await node.StartAgentAsync(ct);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>A node whose network is built and on which no agent was started yet.</summary>
    /// <param name="name">Prefix of every namespace; no other node has it.</param>
    /// <param name="layout">Where the programs lie.</param>
    /// <param name="network">The node's from now on.</param>
    /// <param name="folder">Folder for state, sockets and log.</param>
    /// <param name="settings">Further settings, each <c>key=value</c>.</param>
    public static LabNode Create(string name, Layout layout, LabNetwork network, string folder, IReadOnlyList<string> settings)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(network);
        return new(name, layout, network, folder,
        [
            "profile=standalone", $"plugins.directory={layout.Plugins}", "plugins.development=true",
            $"state-dir={Path.Combine(folder, "state")}", $"run-dir={Path.Combine(folder, "run")}", $"api.socket={Path.Combine(folder, "run", "cilium.sock")}",
            $"node.name={name}", "ipv6.enabled=true", .. Ranges(network.Place, settings), .. settings,
        ]);
    }

    /// <summary>Starts the agent, also again after it was killed or stopped.</summary>
    /// <param name="ct">Gives up.</param>
    /// <param name="layout">Programs of another build; null: the same.</param>
    /// <param name="settings">In the place of those that the lab began with, each <c>key=value</c>; for this agent only.</param>
    public Task StartAgentAsync(CancellationToken ct, Layout? layout = null, params string[] settings) => StartAgentAsync(AgentProcess.IsOk, ct, layout, settings);

    /// <summary>Starts the agent again where it cannot be ready yet, such as without its store.</summary>
    /// <param name="isReady">What its status says when it may be used.</param>
    /// <param name="ct">Gives up.</param>
    /// <param name="layout">Programs of another build; null: the same.</param>
    /// <param name="settings">In the place of those that the lab began with, each <c>key=value</c>; for this agent only.</param>
    public async Task StartAgentAsync(Func<StatusResponse, bool> isReady, CancellationToken ct, Layout? layout = null, params string[] settings)
    {
        _agent?.Dispose();
        _agent = null;
        _agent = await AgentProcess.StartAsync(layout ?? _layout, Network.Node, Folder, [.. _settings, .. settings], StartTimeout, ct, isReady);
    }

    /// <summary>Runs a command of <c>cilium</c> on the node, such as <c>route ledger</c>.</summary>
    /// <param name="ct">Gives up and ends it.</param>
    /// <param name="words">Its words.</param>
    /// <returns>What it printed.</returns>
    /// <exception cref="LabException">It failed; carries what it printed.</exception>
    public Task<string> CommandAsync(CancellationToken ct, params string[] words) => ServerCommand.RunAsync(_layout.Cli, ["--socket", Socket, .. words], Network.Node, ct);

    /// <summary>Adds a pod and waits until it is ready.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="labels">Each <c>source:key=value</c>.</param>
    /// <param name="ct">Gives up and removes it.</param>
    public async Task<LabPod> AddPodAsync(string name, IReadOnlyList<string> labels, CancellationToken ct)
    {
        var number = Interlocked.Increment(ref _podCount);
        var pod = await LabPod.CreateAsync(Agent.Client, Network.Node, string.Create(CultureInfo.InvariantCulture, $"{_name}-{name}-{number}"), name, string.Create(CultureInfo.InvariantCulture, $"lxc{number}"), labels, ct);
        lock (_pods)
            _pods.Add(pod);
        return pod;
    }

    /// <summary>Removes a pod: endpoint, addresses, device, namespace.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="ct">Gives up.</param>
    public async Task RemovePodAsync(LabPod pod, CancellationToken ct)
    {
        await Agent.Client.DeleteEndpointAsync("container-id:" + pod.ContainerId, ct);
        await Agent.Client.ReleaseAddressAsync(pod.IPv4.ToString(), ct);
        await Agent.Client.ReleaseAddressAsync(pod.IPv6.ToString(), ct);
        using (var netlink = RouteNetlink.Open(Network.Node))
            netlink.DeleteLink(pod.HostDevice);
        pod.Namespace.Delete();
        lock (_pods)
            _pods.Remove(pod);
    }

    /// <summary>Its place's, unless the node gets its ranges elsewhere.</summary>
    private static IEnumerable<string> Ranges(LabPlace place, IReadOnlyList<string> settings) =>
        settings.Any(setting => setting.StartsWith("ipam.provider=", StringComparison.Ordinal)) ? [] : [$"ipv4.pod-cidr={place.PodIPv4}", $"ipv6.pod-cidr={place.PodIPv6}"];

    /// <summary>Ends the agent and removes every namespace. The folder stays: its owner decides.</summary>
    public ValueTask DisposeAsync()
    {
        _agent?.Dispose();
        foreach (var pod in _pods)
            pod.Namespace.Delete();
        Network.Dispose();
        Mounts.RemoveBelow(Folder);
        return ValueTask.CompletedTask;
    }
}

using System.Diagnostics;
using System.Globalization;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Lab;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Node.Bench;

/// <summary>Endpoints of a node: devices whose other ends lie in one namespace, because only the agent's work is measured.</summary>
internal sealed class Workloads(LabNode node, NetworkNamespace pods)
{
    private const int Identities = 50;

    private int _count;

    /// <summary>Makes devices and addresses, outside any measurement.</summary>
    public async Task<IReadOnlyList<(string Id, EndpointChangeRequest Request)>> PrepareAsync(int count)
    {
        var prepared = new List<(string, EndpointChangeRequest)>();
        using var netlink = RouteNetlink.Open(node.Network.Node);
        using var inside = RouteNetlink.Open(pods);
        for (var i = 0; i < count; i++)
        {
            var number = ++_count;
            var (device, peer, container) = ($"lxc{number}", $"pod{number}", string.Create(CultureInfo.InvariantCulture, $"bench-{number}"));
            netlink.CreateVeth(new VethPair { Name = device, PeerName = peer, PeerNamespace = pods });
            var addresses = await node.Agent.Client.AllocateAddressAsync(container);
            prepared.Add(("container-id:" + container, new EndpointChangeRequest
            {
                ContainerId = container, ContainerName = container, InterfaceName = device, Mac = Text(inside.FindLink(peer)!), HostMac = Text(netlink.FindLink(device)!),
                Addressing = addresses.Address, Labels = [$"k8s:app=app-{number % Identities}", "k8s:bench=node"], SyncBuildEndpoint = true,
            }));
        }

        return prepared;
    }

    /// <summary>Announces endpoints, as many at once as asked for.</summary>
    /// <returns>Time of each from the request until its policy is realised.</returns>
    public async Task<IReadOnlyList<TimeSpan>> AttachAsync(IReadOnlyList<(string Id, EndpointChangeRequest Request)> prepared, int atOnce)
    {
        var times = new List<TimeSpan>();
        foreach (var batch in prepared.Chunk(atOnce))
        {
            times.AddRange(await Task.WhenAll(batch.Select(async endpoint =>
            {
                var started = Stopwatch.GetTimestamp();
                await node.Agent.Client.PutEndpointAsync(endpoint.Id, endpoint.Request);
                return Stopwatch.GetElapsedTime(started);
            })));
        }

        return times;
    }

    /// <summary>Imports a document and waits until every endpoint enforces it.</summary>
    /// <remarks>Endpoints share policies, so the table of policies is watched: a list of a thousand endpoints would be a part of what is measured. It is asked once, afterwards.</remarks>
    public async Task<TimeSpan> ImportAsync(string document)
    {
        var started = Stopwatch.GetTimestamp();
        var revision = (await node.Agent.Client.PutPolicyAsync(document)).Revision;
        while (!await IsEnforcedAsync(revision))
            await Task.Yield();
        return Stopwatch.GetElapsedTime(started);
    }

    /// <summary>Throws unless every endpoint says that it enforces the last revision.</summary>
    public async Task CheckEnforcedAsync()
    {
        var revision = (await node.Agent.Client.GetPolicyAsync([])).Revision;
        if ((await node.Agent.Client.ListEndpointsAsync()).FirstOrDefault(endpoint => endpoint.Status.Policy.PolicyRevision < revision) is { } late)
            throw new InvalidOperationException($"Revision {revision} is said to be enforced; endpoint {late.Id} enforces {late.Status.Policy.PolicyRevision}.");
    }

    private async Task<bool> IsEnforcedAsync(long revision)
    {
        var policies = (await node.Agent.Client.GetTableAsync("policy-revisions")).Rows;
        return policies.Count > 0 && policies.All(row => long.Parse(row[1], CultureInfo.InvariantCulture) >= revision);
    }

    /// <summary>Waits until every endpoint is ready.</summary>
    public async Task ReadyAsync()
    {
        while ((await node.Agent.Client.ListEndpointsAsync()).Any(endpoint => endpoint.Status.State != "ready"))
            await Task.Yield();
    }

    private static string Text(Link link) => string.Join(':', link.Mac.GetAddressBytes().Select(octet => octet.ToString("x2", CultureInfo.InvariantCulture)));
}

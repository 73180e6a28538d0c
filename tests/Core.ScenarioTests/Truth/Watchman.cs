using Cilium.Framework.Core.ScenarioTests.Node;
using Cilium.Framework.Core.ScenarioTests.Targets;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.ScenarioTests.Truth;

/// <summary>Looks after every row that a target applies whether the order of realisation was kept (ARCHITECTURE).</summary>
/// <param name="world">The machine.</param>
/// <param name="packets">Packets that are tried at every moment.</param>
internal sealed class Watchman(World world, IReadOnlyList<Packet> packets) : IDatapathWatcher
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly List<string> _findings = [];
    private CoreNode? _letSomethingThrough;

    /// <summary>Moments at which the order was broken. A target cannot throw them: the reconciler would try again.</summary>
    public IReadOnlyList<string> Findings => _findings;

    /// <summary>A policy in Error, or not Done after 5 s, no longer holds a row back.</summary>
    public bool IsPatienceOver => world.Node is { } node && node.Tables.Policies.Rows.Any(row =>
        row.Status.State == RowState.Error || (row.Status.State == RowState.Pending && world.Time.GetUtcNow() - row.Status.At >= Patience));

    /// <summary>Something was let through without its policy since everything was realised last: it may deny what is allowed, never the other way round.</summary>
    public bool Denies { get; private set; }

    /// <summary>Statuses that say that a row was let through, and why.</summary>
    public IEnumerable<string> LetThrough => world.Node is not { } node ? [] : Texts(node.Tables.Endpoints).Concat(Texts(node.Tables.IpCache));

    public void Misled(string item) => Check(false, item);

    public void PolicyChanged(PolicyRow? before, PolicyRow? after)
    {
        foreach (var remote in Remotes(before).Except(Remotes(after)).Where(IsWithdrawn))
        {
            var address = world.Datapath.IpCache.Held.Values.FirstOrDefault(row => row.Identity == remote);
            Check(address is null, $"policy {before!.Id} forgets identity {remote}, which the ipcache still gives to {address?.Prefix}");
        }

        if (after is null)
        {
            var user = world.Datapath.Endpoints.Held.Values.FirstOrDefault(endpoint => endpoint.Policy == before!.Id);
            Check(user is null, $"policy {before!.Id} goes while endpoint {user?.Id} is judged by it");
        }

        CheckPackets();
    }

    public void EndpointChanged(EndpointRow? before, EndpointRow? after)
    {
        Check(after is not { Policy: null } || before?.Policy is null || IsPatienceOver, $"endpoint {after?.Id}, which is judged by policy {before?.Policy}, drops everything from now on");
        if (after?.Policy is { } policy && policy != before?.Policy)
            Check(world.Datapath.Policies.Held.ContainsKey(policy) || Excused(), $"endpoint {after.Id} is judged by policy {policy}, which is not realised");
        CheckPackets();
    }

    public void IpCacheApplying(IpCacheRow row)
    {
        var isNew = !row.Identity.IsReserved && row.Identity != world.Datapath.IpCache.Held.GetValueOrDefault(row.Prefix)?.Identity;
        // A batch that failed as a whole is split: the gates of its later parts were judged earlier.
        if (!isNew || world.Node is not { } node || world.Datapath.IpCache.HasFailed)
            return;
        foreach (var policy in node.Tables.Policies.Desired)
        {
            var isBehind = Entries(policy, row.Identity).Except(Entries(world.Datapath.Policies.Held.GetValueOrDefault(policy.Id), row.Identity)).Any();
            Check(!isBehind || Excused(), $"{row.Prefix} becomes identity {row.Identity} before policy {policy.Id} knows that identity");
        }
    }

    public void IpCacheChanged(IpCacheRow? before, IpCacheRow? after) => CheckPackets();

    /// <summary>What the endpoints are said to realise, they do.</summary>
    public void CheckRevisions()
    {
        foreach (var view in world.Node?.Projection.All().Where(view => view.PolicyRevision > 0) ?? [])
        {
            var endpoint = world.Datapath.Endpoints.Held.GetValueOrDefault(view.Request.Id);
            if (!Check(endpoint?.Policy is not null, $"endpoint {view.Request.Id} is said to realise revision {view.PolicyRevision}; it is {(endpoint is null ? "not held" : "dropping")}"))
                continue;
            var address = (endpoint!.IPv4 ?? endpoint.IPv6)!;
            foreach (var packet in packets)
            {
                if (packet.To.Equals(address))
                    CheckRevision(view.PolicyRevision, endpoint, TrafficDirection.Ingress, packet.From, packet);
                else if (packet.From.Equals(address))
                    CheckRevision(view.PolicyRevision, endpoint, TrafficDirection.Egress, packet.To, packet);
            }
        }
    }

    /// <summary>Everything is realised: what the targets hold is what the agent was told, no more and no less.</summary>
    public void CheckRest()
    {
        Denies = false;
        var (tables, datapath, now) = (world.Node!.Tables, world.Datapath, world.History.Now);
        Assert.Equal(now.Endpoints.Keys.Order(), datapath.Endpoints.Held.Keys.Order());
        Assert.Equal(tables.Policies.Desired.OrderBy(row => row.Id.Subject), datapath.Policies.Held.Values.OrderBy(row => row.Id.Subject));
        Assert.Equal(tables.IpCache.Desired.OrderBy(row => row.Prefix), datapath.IpCache.Held.Values.OrderBy(row => row.Prefix));
        Assert.Equal(now.Endpoints.Values.Select(endpoint => IpPrefix.Host(endpoint.Address)).Order(), datapath.IpCache.Held.Values.Where(row => row.Origin == IpCacheOrigin.Endpoint).Select(row => row.Prefix).Order());
        foreach (var packet in packets)
        {
            var allowed = now.Allows(packet, now.At(packet.From)?.Labels, now.At(packet.To)?.Labels);
            Check(datapath.Passes(packet) == allowed, $"at rest {packet} {(allowed ? "is dropped, though the policies allow it" : "passes, though no policy allows it")}");
        }
    }

    /// <summary>Whatever was let through early, a status says why.</summary>
    public void CheckExcuses()
    {
        Check(_letSomethingThrough is null || _letSomethingThrough != world.Node || LetThrough.Any(), "a row was let through before its policy, and no status says why");
        _letSomethingThrough = null;
    }

    private static IEnumerable<string> Texts<TKey, TRow>(DesiredTable<TKey, TRow> table)
        where TKey : notnull
        where TRow : class => table.Rows.Select(row => row.Status.Text).Where(text => text.StartsWith("no longer held back", StringComparison.Ordinal));

    private static HashSet<NumericIdentity> Remotes(PolicyRow? row) => row is null ? [] : [.. row.Entries.Select(entry => entry.Key.Remote)];

    private static IEnumerable<PolicyKey> Entries(PolicyRow? row, NumericIdentity remote) => row is null ? [] : row.Entries.Select(entry => entry.Key).Where(key => key.Remote == remote);

    private bool IsWithdrawn(NumericIdentity id) => world.Node is { } node && !id.IsReserved && node.Tables.Identities[id] is null;

    private bool Excused()
    {
        if (!IsPatienceOver)
            return false;
        _letSomethingThrough = world.Node;
        return true;
    }

    private void CheckPackets()
    {
        Denies |= IsPatienceOver;
        foreach (var packet in packets)
        {
            if (world.Datapath.Passes(packet))
                Check(world.History.MayPass(packet), $"{packet} passes; nothing that was told allows it");
            else
                Check(Denies || !world.History.MustPass(packet), $"{packet} is dropped, though it was allowed before and is allowed now");
        }

        foreach (var disagreement in world.Connections.Disagreements())
            Check(false, disagreement);
        CheckRevisions();
    }

    private void CheckRevision(ulong revision, EndpointRow endpoint, TrafficDirection direction, System.Net.IPAddress remote, Packet packet)
    {
        var (subject, other) = (direction == TrafficDirection.Ingress ? (packet.To, packet.From) : (packet.From, packet.To));
        var seen = world.Datapath.Allows(endpoint, direction, world.Datapath.IdentityOf(remote), packet);
        var said = from intent in world.History.Since(revision)
                   from own in world.History.LabelsOf(subject)
                   from its in world.History.LabelsOf(other)
                   select intent.Allows(direction, own, remote, its, packet.Port);
        Check(said.Contains(seen) || IsPatienceOver || (!seen && world.History.IsBetween(packet)), $"endpoint {endpoint.Id} is said to realise revision {revision}; by it {packet} {(seen ? "would not pass" : "would pass")}");
    }

    private bool Check(bool holds, string otherwise)
    {
        if (!holds)
            _findings.Add($"{otherwise} (after {world.Datapath.Journal[^1].Text})");
        return holds;
    }
}

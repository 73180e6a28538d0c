using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Identities;
using Cilium.Framework.IpCache;
using Cilium.Framework.Labels;
using Cilium.Framework.Nodes;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routing;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;
using FsCheck.Xunit;

namespace Cilium.Framework.Core.Tests.Tables;

/// <summary>A controller that follows changes writes what one that begins now would write, after whatever came before.</summary>
public sealed class IncrementalTests
{
    private const int Few = 6;

    private readonly Table<NumericIdentity, StoredIdentityRow> _stored = new("kv-identities", row => row.Id);
    private readonly Table<LabelSet, IdentityClaimRow> _claims = new("identity-claims", row => row.Labels);
    private readonly Table<IpPrefix, CidrIdentityRow> _cidrs = new("cidr-identities", row => row.Prefix);
    private readonly Table<IpPrefix, HostAddressRow> _hosts = new("host-addresses", row => row.Prefix);
    private readonly Table<IpPrefix, StoredIpRow> _ips = new("kv-ips", row => row.Prefix);
    private readonly Table<NodeKey, NodeRow> _nodes = new("nodes", row => row.Key);
    private readonly Table<IpPrefix, NodeRangeRow> _ranges = new("node-ranges", row => row.Cidr);
    private readonly Table<string, DevicePlan> _plans = new("plan", _ => DevicePlan.Key);
    private readonly DesiredTable<ushort, EndpointRow> _endpoints = new("endpoints", row => row.Id, TimeProvider.System);

    [Property]
    public void Identities_are_those_of_a_controller_that_begins_now(int[] steps)
    {
        var followed = new Table<NumericIdentity, IdentityRow>("identities", row => row.Id);
        var controller = new IdentityController(ReservedIdentities.Default, _stored, _claims, _cidrs, followed);
        foreach (var step in steps)
        {
            Change(step);
            controller.Compute();
            var fresh = new Table<NumericIdentity, IdentityRow>("identities", row => row.Id);
            new IdentityController(ReservedIdentities.Default, _stored, _claims, _cidrs, fresh).Compute();
            Assert.Equal(fresh.OrderBy(row => row.Id), followed.OrderBy(row => row.Id));
        }
    }

    [Property]
    public void Addresses_are_those_of_a_controller_that_begins_now(int[] steps)
    {
        var identities = new Table<NumericIdentity, IdentityRow>("identities", row => row.Id);
        for (var i = 0; i < Few; i++)
        {
            identities.Upsert(new IdentityRow(Allocated(i), Labels(i)));
            identities.Upsert(new IdentityRow(NodeLocal(i), Labels(i)));
        }

        var followed = new DesiredTable<IpPrefix, IpCacheRow>("ipcache", row => row.Prefix, TimeProvider.System);
        var controller = new IpCacheController(_endpoints, _hosts, _ips, _nodes, _ranges, _plans, _cidrs, identities, followed);
        foreach (var step in steps)
        {
            Change(step);
            controller.Compute();
            var fresh = new DesiredTable<IpPrefix, IpCacheRow>("ipcache", row => row.Prefix, TimeProvider.System);
            new IpCacheController(_endpoints, _hosts, _ips, _nodes, _ranges, _plans, _cidrs, identities, fresh).Compute();
            Assert.Equal(fresh.Desired.OrderBy(row => row.Prefix), followed.Desired.OrderBy(row => row.Prefix));
        }
    }

    /// <summary>One change of one table: which, and of what, the number says.</summary>
    private void Change(int step)
    {
        // Generated numbers are small ones.
        var random = new Random(step);
        var (which, a, b) = (random.Next(17), random.Next(Few), random.Next(Few));
        switch (which)
        {
            case 0: _stored.Upsert(new StoredIdentityRow(Allocated(a), Labels(b), (ulong)a)); break;
            case 1: _stored.Remove(Allocated(a)); break;
            case 2: _claims.Upsert(new IdentityClaimRow(Labels(a), Allocated(b))); break;
            case 3: _claims.Upsert(new IdentityClaimRow(Labels(a), null)); break;
            case 4: _claims.Remove(Labels(a)); break;
            case 5: _cidrs.Upsert(new CidrIdentityRow(Prefix(a), NodeLocal(a), IsWanted: b % 2 == 0)); break;
            case 6: _cidrs.Remove(Prefix(a)); break;
            case 7 when b % 2 == 0: _hosts.Upsert(new HostAddressRow(Prefix(a), "eth0")); break;
            case 7: _hosts.Remove(Prefix(a)); break;
            case 8: _ips.Upsert(new StoredIpRow(Prefix(a), Allocated(b), b % 2 == 0 ? null : Prefix(b).Address, "")); break;
            case 9: _ips.Remove(Prefix(a)); break;
            case 10: _nodes.Upsert(new NodeRow { Key = Node(a), Addresses = [new(b % 2 == 0 ? NodeAddress.Internal : NodeAddress.CiliumInternal, Prefix(b).Address), new(NodeAddress.Internal, IPAddress.Parse($"fd00::{a + 1}"))], Origin = b % 3 == 0 ? NodeOrigin.Local : NodeOrigin.Kvstore }); break;
            case 11: _nodes.Remove(Node(a)); break;
            case 12: _ranges.Upsert(new NodeRangeRow(Prefix(a), Node(b), b == 0, Prefix(b).Address, IPAddress.Parse($"fd00::{b + 1}"))); break;
            case 13: _ranges.Remove(Prefix(a)); break;
            case 14: _plans.Upsert(Plan(b)); break;
            case 15: _endpoints.Upsert(Endpoint(a, b)); break;
            default: _endpoints.Remove((ushort)(a + 1)); break;
        }
    }

    private static NumericIdentity Allocated(int i) => new((uint)(1000 + i));

    private static NumericIdentity NodeLocal(int i) => new(NumericIdentity.FirstNodeLocal + (uint)i);

    private static LabelSet Labels(int i) => LabelSet.Parse($"k8s:app=a{i}");

    private static NodeKey Node(int i) => new("default", $"node{i}");

    private static IpPrefix Prefix(int i) => IpPrefix.Parse($"10.0.0.{i + 1}/32");

    private static DevicePlan Plan(int i) => new(
        new NodeDescription("one", [], []), new RoutingPlan(i < 2 ? Encapsulation.None : Encapsulation.Vxlan, 0, []) { Underlay = i < 4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6 }, [], mtu: null);

    private static EndpointRow Endpoint(int id, int address) => new()
    {
        Id = (ushort)(id + 1), IfIndex = id + 1, Device = $"lxc{id}", Mac = new(1), HostMac = new(2), IPv4 = IPAddress.Parse($"10.0.0.{address + 1}"),
        Identity = Allocated(address), Policy = address % 3 == 0 ? null : new PolicyId(Allocated(address)),
    };
}

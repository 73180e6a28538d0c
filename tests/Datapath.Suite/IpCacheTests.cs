using System.Net;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Suite;

public sealed class IpCacheTests : TwoEndpoints
{
    /// <summary>Addresses of the two endpoints.</summary>
    private const int OfEndpoints = 4;

    [Fact]
    public async Task What_is_written_is_listed_in_order_with_its_tunnel_endpoint()
    {
        IpCacheRow[] rows =
        [
            new(IpPrefix.Parse("0.0.0.0/0"), new(2), null, IpCacheOrigin.Cidr),
            new(IpPrefix.Parse("10.1.0.0/16"), new(0x01000001), null, IpCacheOrigin.Cidr),
            new(IpPrefix.Parse("10.1.2.3/32"), new(300), IPAddress.Parse("192.0.2.5"), IpCacheOrigin.Cidr),
            new(IpPrefix.Parse("fd00::/8"), new(0x01000002), null, IpCacheOrigin.Cidr),
            new(IpPrefix.Parse("fd00::5/128"), new(301), IPAddress.Parse("2001:db8::5"), IpCacheOrigin.Cidr),
        ];
        Node.Prune(Node.Datapath.IpCache);
        foreach (var row in rows.Reverse())
            Node.Apply(Node.Datapath.IpCache, row);

        Assert.Equal(rows, await Node.Datapath.View.ListIpCacheAsync(default));
    }

    [Fact]
    public async Task Deleting_a_prefix_reveals_the_one_around_it()
    {
        Node.Policy(1001, Entries.Out(300));
        Node.IpCache("192.0.2.0/24", 300);
        Node.IpCache("192.0.2.7", 301);
        Assert.Equal(DropReason.PolicyDenied, Node.From(Client, Frames.UdpFrom(Client, "192.0.2.7", 1, 2)).Reason);

        Node.Delete(Node.Datapath.IpCache, new IpCacheRow(IpPrefix.Parse("192.0.2.7"), new(301), null, IpCacheOrigin.Kvstore));

        Assert.Equal(VerdictKind.ToStack, Node.From(Client, Frames.UdpFrom(Client, "192.0.2.7", 1, 2)).Kind);
        Assert.DoesNotContain(await Node.Datapath.View.ListIpCacheAsync(default), row => row.Identity.Value == 301);
    }

    [Fact]
    public async Task Pruning_keeps_what_is_desired_only()
    {
        Node.IpCache("10.1.0.0/16", 300);
        Node.IpCache("10.1.0.1", 301);
        Node.IpCache("fd00::/64", 302);

        Assert.Equal(2 + OfEndpoints, Node.Prune(Node.Datapath.IpCache, new IpCacheRow(IpPrefix.Parse("10.1.0.0/16"), new(300), null, IpCacheOrigin.Cidr)));

        Assert.Equal(IpPrefix.Parse("10.1.0.0/16"), Assert.Single(await Node.Datapath.View.ListIpCacheAsync(default)).Prefix);
    }
}

using System.Net;
using Cilium.Framework.Datapath.Bpf.Tests.Infrastructure;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Targets;

[Trait("Needs", "Root")]
public sealed class IpCacheTargetTests : IDisposable
{
    private readonly TestNode _node = new();

    public void Dispose() => _node.Dispose();

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
        foreach (var row in rows.Reverse())
            _node.Apply(_node.Datapath.IpCache, row);

        Assert.Equal(rows, await _node.Datapath.View.ListIpCacheAsync(default));
    }

    [Fact]
    public async Task Deleting_a_prefix_reveals_the_one_around_it()
    {
        var pod = _node.AddEndpoint(1, 1001, "10.90.1.1", null, Entries.Out(300));
        _node.IpCache("192.0.2.0/24", 300);
        _node.IpCache("192.0.2.7", 301);
        Assert.Equal(DropReason.PolicyDenied, _node.From(pod, Frames.UdpFrom(pod, "192.0.2.7", 1, 2)).Reason);

        _node.Delete(_node.Datapath.IpCache, new IpCacheRow(IpPrefix.Parse("192.0.2.7"), new(301), null, IpCacheOrigin.Kvstore));

        Assert.Equal(VerdictKind.ToStack, _node.From(pod, Frames.UdpFrom(pod, "192.0.2.7", 1, 2)).Kind);
        Assert.Equal(2, (await _node.Datapath.View.ListIpCacheAsync(default)).Count);
    }

    [Fact]
    public async Task Pruning_keeps_what_is_desired_only()
    {
        _node.IpCache("10.1.0.0/16", 300);
        _node.IpCache("10.1.0.1", 301);
        _node.IpCache("fd00::/64", 302);

        Assert.Equal(2, _node.Prune(_node.Datapath.IpCache, new IpCacheRow(IpPrefix.Parse("10.1.0.0/16"), new(300), null, IpCacheOrigin.Cidr)));

        Assert.Equal(IpPrefix.Parse("10.1.0.0/16"), Assert.Single(await _node.Datapath.View.ListIpCacheAsync(default)).Prefix);
    }
}

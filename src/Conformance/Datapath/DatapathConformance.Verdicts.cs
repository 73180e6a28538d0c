using System.Net;
using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Datapath;
using Cilium.Framework.Errors;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Datapath;

public abstract partial class DatapathConformance
{
    private static readonly bool[] Families = [false, true];

    [Fact]
    public async Task What_policy_allows_is_delivered_and_its_replies_too()
    {
        var promise = new Promise("IDatapath judges the first packet of a connection by policy in the direction in which it begins; replies pass with it.", "the look-up of a policy entry by identity, protocol and port, and of a connection in both directions.");
        foreach (var ipv6 in Families)
        {
            var verdict = await TcpAsync(Client, Server, ipv6, 40000, 80);
            Delivered(promise, Server, verdict, "a packet to an allowed port");
            promise.Equal(Server.Mac, MacAddress.FromBytes(verdict.Frame.Span[..6]), "the Ethernet destination of the delivered frame");
            promise.Equal((byte)63, Frames.HopsOf(verdict.Frame.Span), "hops left of the delivered frame, which came with 64,");
            promise.Kept(Frames.IsHeaderIntact(verdict.Frame.Span), () => "the header checksum of the delivered frame is wrong.");
            Delivered(promise, Client, await TcpAsync(Server, Client, ipv6, 80, 40000, Frames.SynAck), "the reply, although the server has no egress entry,");
        }
    }

    [Fact]
    public async Task What_policy_does_not_allow_is_dropped()
    {
        var promise = new Promise("IDatapath fails closed: what no entry allows is dropped with PolicyDenied, and the frame is as it came.", "wildcards: a zero in an entry matches everything, a zero that was not found does not.");
        foreach (var ipv6 in Families)
        {
            var frame = Frames.Tcp(Client.Mac, Client.HostMac, Address(Client, ipv6), Address(Server, ipv6), 40000, 81, Frames.Syn);
            var verdict = await SendAsync(AttachPoint.FromEndpoint, Client.Id, frame);
            Dropped(promise, DropReason.PolicyDenied, verdict, "a packet to another port");
            promise.Kept(verdict.Frame.Span.SequenceEqual(frame), () => "the dropped frame was changed.");
            Dropped(promise, DropReason.PolicyDenied, await TcpAsync(Server, Client, ipv6, 80, 41000, Frames.SynAck), "a reply to nothing");
            Dropped(promise, DropReason.PolicyDenied, await TcpAsync(Client, Server, ipv6, 40000, 53), "TCP to a port that is allowed for UDP");
        }
    }

    [Fact]
    public async Task An_endpoint_without_a_realised_policy_neither_sends_nor_receives()
    {
        var promise = new Promise("IDatapath: an endpoint without a realised policy drops everything (PolicyNotReady) until it is realised.", "what happens when the policy of an endpoint is not found: it must not count as allowing everything.");
        await SetAsync(promise, Datapath.Endpoints, Server with { Policy = null });
        Dropped(promise, DropReason.PolicyNotReady, await TcpAsync(Client, Server, false, 40000, 80), "a packet to an endpoint without a policy");
        Dropped(promise, DropReason.PolicyNotReady, await TcpAsync(Server, Client, false, 40001, 80), "a packet from an endpoint without a policy");
        var other = new PolicyId(new(ServerIdentity), "other");
        await SetAsync(promise, Datapath.Endpoints, Server with { Policy = other });
        Dropped(promise, DropReason.PolicyNotReady, await TcpAsync(Client, Server, false, 40000, 80), "a packet to an endpoint whose policy is not realised");
        await SetAsync(promise, Datapath.Policies, new PolicyRow(other, PolicyEntrySet.Create([AllIn])));
        Delivered(promise, Server, await TcpAsync(Client, Server, false, 40000, 80), "a packet after the policy was realised");
    }

    [Fact]
    public async Task An_endpoint_speaks_for_itself_only()
    {
        var promise = new Promise("EndpointRow: packets from an endpoint must carry its own addresses as source.", "compare MAC, IPv4 and IPv6 source before anything else.");
        foreach (var ipv6 in Families)
        {
            var stranger = IPAddress.Parse(ipv6 ? "fd90::a:77" : "10.90.1.77");
            foreach (var source in (IPAddress[])[stranger, Address(Server, ipv6)])
                Dropped(promise, DropReason.InvalidSourceIp, await SendAsync(AttachPoint.FromEndpoint, Client.Id, Frames.Tcp(Client.Mac, Client.HostMac, source, Address(Server, ipv6), 40000, 80, Frames.Syn)), $"a packet from the client with source {source}");
            Dropped(promise, DropReason.InvalidSourceMac, await SendAsync(AttachPoint.FromEndpoint, Client.Id, Frames.Tcp(new(0x0211_2233_4455), Client.HostMac, Address(Client, ipv6), Address(Server, ipv6), 40000, 80, Frames.Syn)), "a packet with another's MAC");
        }
    }

    [Fact]
    public async Task The_longest_prefix_says_who_is_behind_an_address()
    {
        var promise = new Promise("IpCacheRow.Identity is that of every address in the range that no longer prefix names.", "longest match, also after a prefix is deleted.");
        await SetAsync(promise, Datapath.Policies, Policy(ClientIdentity, Out(3001)));
        Dropped(promise, DropReason.PolicyDenied, await ToWorldAsync(53), "a packet to an address that no prefix names");
        await SetAsync(promise, Datapath.IpCache, Prefix("192.0.2.0/24", 3001));
        promise.Equal(VerdictKind.ToStack, (await ToWorldAsync(53)).Kind, "a packet to an address of an allowed prefix");
        await SetAsync(promise, Datapath.IpCache, Prefix("192.0.2.7/32", 3002));
        Dropped(promise, DropReason.PolicyDenied, await ToWorldAsync(53), "a packet of the same connection to an address that a longer prefix now names otherwise");
        await RemoveAsync(promise, Datapath.IpCache, Prefix("192.0.2.7/32", 3002));
        promise.Equal(VerdictKind.ToStack, (await ToWorldAsync(53)).Kind, "a packet after the longer prefix was deleted");
    }

    [Fact]
    public async Task Nothing_that_can_be_sent_breaks_it()
    {
        var promise = new Promise("IPacketProbe.SendAsync gives a verdict for every frame, or CiliumException of kind Unsupported or Invalid.", "lengths that a header claims and the frame does not have.");
        var random = new Random(1);
        var good = Frames.Tcp(Client.Mac, Client.HostMac, Client.IPv4!, Server.IPv4!, 40000, 80, Frames.Syn);
        for (var i = 0; i < 300; i++)
        {
            var frame = good[..random.Next(14, good.Length + 1)];
            for (var changes = random.Next(4); changes > 0; changes--)
                frame[random.Next(frame.Length)] = (byte)random.Next(256);
            await OrRefusedAsync(AttachPoint.FromEndpoint, Client.Id, frame);
        }

        await OrRefusedAsync(AttachPoint.FromEndpoint, Client.Id, new byte[13]);
        Delivered(promise, Server, await SendAsync(AttachPoint.FromEndpoint, Client.Id, good), "a good packet after all the bad ones");
        var refusal = await OrRefusedAsync(AttachPoint.FromEndpoint, 999, good);
        promise.Kept(refusal is { Kind: ErrorKind.Invalid }, () => $"a packet from endpoint 999, which does not exist, came to {(refusal is null ? "a verdict" : refusal.Kind)} instead of a refusal of kind Invalid.");

        async Task<CiliumException?> OrRefusedAsync(AttachPoint point, ushort endpoint, byte[] frame)
        {
            try
            {
                await SendAsync(point, endpoint, frame);
                return null;
            }
            catch (CiliumException error) when (error.Kind is ErrorKind.Unsupported or ErrorKind.Invalid)
            {
                return error;
            }
            catch (Exception error) when (error is not BrokenPromiseException && Datapath.Probe is not null)
            {
                throw promise.Broken($"frame {Convert.ToHexString(frame)} threw {Show.Failure(error)}");
            }
        }
    }
}

using Cilium.Framework.Errors;
using Cilium.Framework.Routing.KubeRouter.GoBgp;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Dialects;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Messages;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Messages.V4;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Reading;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Net.Client;

namespace Cilium.Framework.Routing.KubeRouter.Tests.Reading;

public sealed class RouteReaderTests : IDisposable
{
    // Nobody is asked: only messages are read.
    private readonly GrpcChannel _channel = GrpcChannel.ForAddress("http://127.0.0.1:1");

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void A_typed_route_of_ipv4_is_read(int version)
    {
        var message = Typed(version, afi: 1, "10.1.0.0", 24, new NextHopMessage { NextHop = "192.0.2.11" });
        message.Neighbour = "192.0.2.12";
        message.Since = new() { Seconds = 1_700_000_000 };
        Assert.Equal("10.1.0.0/24 via 192.0.2.11 of 192.0.2.12 path 65000 {1,2} Incomplete since 1700000000", Read(version, message));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void A_typed_route_of_ipv6_is_read(int version) => Assert.Equal(
        "fd00:1::/64 via 2001:db8::11 of  path 65000 {1,2} Incomplete since ",
        Read(version, Typed(version, afi: 2, "fd00:1::", 64, new MpReachMessage { NextHops = { "2001:db8::11", "fe80::1" } })));

    [Theory]
    [InlineData("<nil>")]
    [InlineData("invalid IP")]
    [InlineData("")]
    [InlineData("0.0.0.0")]
    public void A_route_of_the_speaker_itself_has_no_neighbour(string neighbour)
    {
        var message = Binary("180A0100", "400304C000020B");
        message.Neighbour = neighbour;
        Assert.Equal("10.1.0.0/24 via 192.0.2.11 of  path  Incomplete since ", Read(4, message));
    }

    [Fact]
    public void A_route_of_another_family_is_passed_over()
    {
        var message = Binary("180A0100", "400304C000020B");
        message.Family = new() { Afi = 25, Safi = 70 };
        Assert.Null(Reader(4).Read(message, isBest: true));
    }

    [Theory]
    [InlineData("180A01", "400304C000020B", "a prefix cannot be read: bytes 180A01.")]
    [InlineData("180A0100", "400303C00002", "an attribute of a route cannot be read: bytes 400303C00002.")]
    [InlineData("180A0100", "40010100", "a route to 10.1.0.0/24 cannot be read: it has no next hop.")]
    public void Damaged_bytes_are_shown(string nlri, string attribute, string words) => Refused(4, Binary(nlri, attribute), words);

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Damaged_messages_are_shown(int version)
    {
        var message = Typed(version, afi: 1, "10.1.0.0", 24, new NextHopMessage { NextHop = "192.0.2.11" });
        message.Nlri = ByteString.CopyFrom(0x0A, 0xFF);
        Refused(version, message, "a prefix cannot be read: bytes 0AFF.");
        message = Typed(version, afi: 1, "10.1.0.0", 24, new NextHopMessage { NextHop = "192.0.2.11" });
        message.Attributes.Clear();
        message.Attributes.Add(ByteString.CopyFrom(0x12, 0xFF));
        Refused(version, message, "the attributes of a route cannot be read: bytes 12FF.");
        Refused(version, Typed(version, afi: 1, "10.1.0.0", 33, new NextHopMessage { NextHop = "192.0.2.11" }), "a prefix cannot be read: bytes ");
        Refused(version, Typed(version, afi: 2, "10.1.0.0", 24, new NextHopMessage { NextHop = "192.0.2.11" }), "a prefix cannot be read: bytes ");
    }

    public void Dispose() => _channel.Dispose();

    private static RouteMessage Binary(string nlri, string attribute) => new()
    {
        Family = new() { Afi = 1, Safi = 1 },
        NlriBinary = ByteString.CopyFrom(Convert.FromHexString(nlri)),
        AttributesBinary = { ByteString.CopyFrom(Convert.FromHexString(attribute)) },
    };

    private static RouteMessage Typed(int version, int afi, string address, uint length, IMessage nextHop)
    {
        var prefix = new PrefixMessage { Address = address, Length = length };
        var path = new AsPathMessage { Segments = { new AsSegmentMessage { Type = 2, Numbers = { 65000 } }, new AsSegmentMessage { Type = 1, Numbers = { 1, 2 } } } };
        return new()
        {
            Family = new() { Afi = afi, Safi = 1 },
            Nlri = version == 3 ? Any("IPAddressPrefix", prefix) : new NlriMessage { Prefix = prefix }.ToByteString(),
            Attributes =
            {
                version == 3
                    ? (ByteString[])[Any("OriginAttribute", new OriginMessage { Origin = 2 }), Any("AsPathAttribute", path), Any("CommunitiesAttribute", new OriginMessage()), Any(nextHop is MpReachMessage ? "MpReachNLRIAttribute" : "NextHopAttribute", nextHop)]
                    : [new AttributeMessage { Origin = new() { Origin = 2 } }.ToByteString(), new AttributeMessage { AsPath = path }.ToByteString(), ByteString.Empty, Wrapped(nextHop).ToByteString()],
            },
        };
    }

    private static AttributeMessage Wrapped(IMessage nextHop) => nextHop is MpReachMessage several ? new() { MpReach = several } : new() { NextHop = (NextHopMessage)nextHop };

    private static ByteString Any(string name, IMessage content) => new Any { TypeUrl = $"type.googleapis.com/apipb.{name}", Value = content.ToByteString() }.ToByteString();

    private RouteReader Reader(int version)
    {
        var invoker = _channel.CreateCallInvoker();
        return new(version == 3 ? new GoBgp3(invoker) : new GoBgp4(invoker), new GoBgpFailures(GoBgpAddress.Parse("http://127.0.0.1:1")));
    }

    private string Read(int version, RouteMessage message)
    {
        var route = Reader(version).Read(message, isBest: true)!;
        Assert.True(route.IsBest);
        return $"{route.Prefix} via {route.NextHop} of {route.Neighbour} path {route.AsPath} {route.Origin} since {route.Since?.ToUnixTimeSeconds()}";
    }

    private void Refused(int version, RouteMessage message, string words)
    {
        var error = Assert.Throws<CiliumException>(() => Reader(version).Read(message, isBest: true));
        Assert.StartsWith($"gobgp http://127.0.0.1:1: {words}", error.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorKind.Internal, error.Kind);
    }
}

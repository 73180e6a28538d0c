using Cilium.Framework.Routing.KubeRouter.GoBgp.Messages;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Messages.V3;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Reading;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Wire;
using Cilium.Framework.Rows;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp.Dialects;

/// <summary>GoBGP 3: enumerations begin with 0, what can be one of many is an Any.</summary>
internal sealed class GoBgp3(CallInvoker invoker) : IGoBgpDialect
{
    private readonly GobgpApi.GobgpApiClient _client = new(invoker);

    public GoBgpVersion Version => GoBgpVersion.V3;

    public string Service => "apipb.GobgpApi";

    public int GlobalTable => 0;

    public int BestRoutes => 0;

    public AsyncUnaryCall<SpeakerReply> GetSpeaker(CallOptions options) => _client.GetBgpAsync(new(), options);

    public AsyncServerStreamingCall<NeighbourReply> ListNeighbours(NeighboursRequest request, CallOptions options) => _client.ListPeer(request, options);

    public AsyncServerStreamingCall<RoutesReply> ListRoutes(RoutesRequest request, CallOptions options) => _client.ListPath(request, options);

    public AsyncUnaryCall<AddRouteReply> AddRoute(AddRouteRequest request, CallOptions options) => _client.AddPathAsync(request, options);

    public AsyncUnaryCall<DeleteRouteReply> DeleteRoute(DeleteRouteRequest request, CallOptions options) => _client.DeletePathAsync(request, options);

    public AsyncServerStreamingCall<WatchReply> Watch(WatchRequest request, CallOptions options) => _client.WatchEvent(request, options);

    public IpPrefix? ReadPrefix(ByteString nlri)
    {
        var any = Any.Parser.ParseFrom(nlri);
        return NameOf(any) == "IPAddressPrefix" ? TypedValues.Prefix(PrefixMessage.Parser.ParseFrom(any.Value)) : null;
    }

    public PathAttributes ReadAttributes(IEnumerable<ByteString> attributes)
    {
        var known = default(PathAttributes);
        foreach (var any in attributes.Select(Any.Parser.ParseFrom))
        {
            known = NameOf(any) switch
            {
                "OriginAttribute" => known with { Origin = TypedValues.Origin(OriginMessage.Parser.ParseFrom(any.Value)) },
                "AsPathAttribute" => known with { AsPath = TypedValues.AsPath(AsPathMessage.Parser.ParseFrom(any.Value)) },
                "NextHopAttribute" => known with { NextHop = TypedValues.NextHop(NextHopMessage.Parser.ParseFrom(any.Value)) },
                "MpReachNLRIAttribute" => known with { NextHop = TypedValues.NextHop(MpReachMessage.Parser.ParseFrom(any.Value)) },
                _ => known,
            };
        }

        return known;
    }

    // Such as type.googleapis.com/apipb.OriginAttribute.
    private static string NameOf(Any any) => any.TypeUrl[(any.TypeUrl.LastIndexOf('.') + 1)..];
}

using Cilium.Framework.Routing.KubeRouter.GoBgp.Messages;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Messages.V4;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Reading;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Wire;
using Cilium.Framework.Rows;
using Google.Protobuf;
using Grpc.Core;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp.Dialects;

/// <summary>GoBGP 4: enumerations begin with 1, what can be one of many is a message with one of many.</summary>
internal sealed class GoBgp4(CallInvoker invoker) : IGoBgpDialect
{
    private readonly GoBgpService.GoBgpServiceClient _client = new(invoker);

    public GoBgpVersion Version => GoBgpVersion.V4;

    public string Service => "api.GoBgpService";

    public int GlobalTable => 1;

    public int BestRoutes => 1;

    public AsyncUnaryCall<SpeakerReply> GetSpeaker(CallOptions options) => _client.GetBgpAsync(new(), options);

    public AsyncServerStreamingCall<NeighbourReply> ListNeighbours(NeighboursRequest request, CallOptions options) => _client.ListPeer(request, options);

    public AsyncServerStreamingCall<RoutesReply> ListRoutes(RoutesRequest request, CallOptions options) => _client.ListPath(request, options);

    public AsyncUnaryCall<AddRouteReply> AddRoute(AddRouteRequest request, CallOptions options) => _client.AddPathAsync(request, options);

    public AsyncUnaryCall<DeleteRouteReply> DeleteRoute(DeleteRouteRequest request, CallOptions options) => _client.DeletePathAsync(request, options);

    public AsyncServerStreamingCall<WatchReply> Watch(WatchRequest request, CallOptions options) => _client.WatchEvent(request, options);

    public IpPrefix? ReadPrefix(ByteString nlri) => NlriMessage.Parser.ParseFrom(nlri).Prefix is { } prefix ? TypedValues.Prefix(prefix) : null;

    public PathAttributes ReadAttributes(IEnumerable<ByteString> attributes)
    {
        var known = default(PathAttributes);
        foreach (var attribute in attributes.Select(AttributeMessage.Parser.ParseFrom))
        {
            known = attribute.AttributeCase switch
            {
                AttributeMessage.AttributeOneofCase.Origin => known with { Origin = TypedValues.Origin(attribute.Origin) },
                AttributeMessage.AttributeOneofCase.AsPath => known with { AsPath = TypedValues.AsPath(attribute.AsPath) },
                AttributeMessage.AttributeOneofCase.NextHop => known with { NextHop = TypedValues.NextHop(attribute.NextHop) },
                AttributeMessage.AttributeOneofCase.MpReach => known with { NextHop = TypedValues.NextHop(attribute.MpReach) },
                _ => known,
            };
        }

        return known;
    }
}

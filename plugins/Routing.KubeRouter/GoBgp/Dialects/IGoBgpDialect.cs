using Cilium.Framework.Routing.KubeRouter.GoBgp.Messages;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Wire;
using Cilium.Framework.Rows;
using Google.Protobuf;
using Grpc.Core;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp.Dialects;

/// <summary>What a version of GoBGP says differently from the others.</summary>
internal interface IGoBgpDialect
{
    GoBgpVersion Version { get; }

    /// <summary>Name of its gRPC service.</summary>
    string Service { get; }

    /// <summary>Number of the table that holds all routes.</summary>
    int GlobalTable { get; }

    /// <summary>Number of the filter that lets best routes through.</summary>
    int BestRoutes { get; }

    AsyncUnaryCall<SpeakerReply> GetSpeaker(CallOptions options);

    AsyncServerStreamingCall<NeighbourReply> ListNeighbours(NeighboursRequest request, CallOptions options);

    AsyncServerStreamingCall<RoutesReply> ListRoutes(RoutesRequest request, CallOptions options);

    AsyncUnaryCall<AddRouteReply> AddRoute(AddRouteRequest request, CallOptions options);

    AsyncUnaryCall<DeleteRouteReply> DeleteRoute(DeleteRouteRequest request, CallOptions options);

    AsyncServerStreamingCall<WatchReply> Watch(WatchRequest request, CallOptions options);

    /// <summary>The prefix in a typed NLRI; null: it is none of IPv4 or IPv6.</summary>
    /// <exception cref="InvalidProtocolBufferException">It is damaged.</exception>
    IpPrefix? ReadPrefix(ByteString nlri);

    /// <summary>What typed attributes say.</summary>
    /// <exception cref="InvalidProtocolBufferException">One is damaged.</exception>
    PathAttributes ReadAttributes(IEnumerable<ByteString> attributes);
}

namespace Cilium.Framework.Routing;

/// <summary>The routing daemon beside this node.</summary>
/// <param name="Endpoint">Where it is spoken with, such as <c>127.0.0.1:50051</c>.</param>
/// <param name="IsReachable">It answers, in a protocol that the backend speaks.</param>
/// <param name="Detail">What it is: protocol, AS, router id; or why it cannot be spoken with and what to do.</param>
public sealed record RouteSpeakerInfo(string Endpoint, bool IsReachable, string Detail);

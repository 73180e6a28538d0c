using System.Net;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp;

/// <summary>A BGP speaker that is started.</summary>
/// <param name="As">Number of its autonomous system.</param>
/// <param name="RouterId">Its identifier, in the form of an IPv4 address.</param>
internal sealed record BgpSpeaker(uint As, IPAddress RouterId);

using System.Net;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp.Wire;

/// <summary>What is used of a route's attributes; null: it has no such attribute.</summary>
/// <param name="Origin">How it came into BGP.</param>
/// <param name="AsPath">As <see cref="BgpRoute.AsPath"/> has it.</param>
/// <param name="NextHop">The next router.</param>
/// <param name="HasMark">It has <see cref="AttributeCodec.Mark"/>.</param>
internal readonly record struct PathAttributes(BgpOrigin? Origin, string? AsPath, IPAddress? NextHop, bool HasMark = false);

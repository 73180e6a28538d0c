using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.Shared;

/// <summary>What a message calls a row.</summary>
internal static class RouteName
{
    public static string Of(NodeRouteRow row) => row.NextHop is null ? $"route {row.PodCidr}" : $"route {row.PodCidr} of node {row.Node}";
}

using System.Net.Sockets;
using System.Globalization;
using Cilium.Framework.Endpoints;

namespace Cilium.Framework.Agent.Endpoints;

/// <summary>The ways in which the API names an endpoint: a number, <c>cilium-local:N</c>, <c>container-id:</c>, <c>ipv4:</c>, <c>ipv6:</c>.</summary>
internal static class EndpointIdForm
{
    /// <summary>What finds the endpoint that a text names.</summary>
    /// <exception cref="RefusedException">400: not one of the forms.</exception>
    public static Func<EndpointRequest, bool> Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (form, value) = colon < 0 ? ("cilium-local", text) : (text[..colon], text[(colon + 1)..]);
        switch (form)
        {
            case "cilium-local" when ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var id):
                return request => request.Id == id;
            case "container-id" when value.Length > 0:
                return request => request.ContainerId == value;
            case "ipv4" or "ipv6" when AddressText.TryParse(value, out var address) && (form == "ipv4") == (address.AddressFamily == AddressFamily.InterNetwork):
                return request => request.Addresses.Contains(address);
            default:
                throw new RefusedException(400, $"Endpoint id \"{TextShown.Of(text)}\" is not understood. Accepted: a number 1..65535, container-id:ID, ipv4:ADDRESS, ipv6:ADDRESS.");
        }
    }
}

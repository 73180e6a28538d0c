namespace Cilium.Framework.Endpoints;

/// <summary>An endpoint that was taken, or why it was not.</summary>
/// <param name="Request">The endpoint; null when refused.</param>
/// <param name="Refusal">Why not; null when taken.</param>
/// <param name="Message">The refusal in words; empty when taken.</param>
public sealed record EndpointResult(EndpointRequest? Request, EndpointRefusal? Refusal, string Message)
{
    internal static EndpointResult Taken(EndpointRequest request) => new(request, null, "");

    internal static EndpointResult Refused(EndpointRefusal refusal, string message) => new(null, refusal, message);
}

using System.Net;

namespace Cilium.Framework.Client;

/// <summary>The agent refused a request, or does not answer.</summary>
/// <param name="status">HTTP status; null when the agent does not answer.</param>
/// <param name="message">What failed and what to do.</param>
/// <param name="innerException">What the connection said.</param>
public sealed class ApiException(HttpStatusCode? status, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>HTTP status; null when the agent does not answer.</summary>
    public HttpStatusCode? Status { get; } = status;
}

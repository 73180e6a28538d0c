namespace Cilium.Framework.Agent;

/// <summary>A request of the API is refused; nothing was changed.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="message">What is wrong, what is accepted, what to do.</param>
internal sealed class RefusedException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}

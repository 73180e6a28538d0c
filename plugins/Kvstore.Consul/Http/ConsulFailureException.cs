using Cilium.Framework.Errors;

namespace Cilium.Framework.Kvstore.Consul.Http;

/// <summary>A request that a server did not carry out, or of which nobody knows.</summary>
internal sealed class ConsulFailureException(ErrorKind kind, string message, bool nothingHappened, Exception? innerException = null)
    : CiliumException(kind, message, innerException)
{
    /// <summary>The request certainly changed nothing: another server may be asked.</summary>
    public bool NothingHappened { get; } = nothingHappened;
}

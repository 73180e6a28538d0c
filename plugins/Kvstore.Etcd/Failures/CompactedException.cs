using Cilium.Framework.Errors;

namespace Cilium.Framework.Kvstore.Etcd.Failures;

/// <summary>The revision that was asked for is forgotten; never leaves the plugin.</summary>
internal sealed class CompactedException(string message) : CiliumException(ErrorKind.Unavailable, message);

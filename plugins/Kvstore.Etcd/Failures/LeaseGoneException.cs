using Cilium.Framework.Errors;

namespace Cilium.Framework.Kvstore.Etcd.Failures;

/// <summary>A lease that the call named does not exist any more.</summary>
internal sealed class LeaseGoneException(string message) : CiliumException(ErrorKind.Conflict, message);

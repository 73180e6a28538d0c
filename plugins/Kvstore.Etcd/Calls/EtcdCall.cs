using Grpc.Core;

namespace Cilium.Framework.Kvstore.Etcd.Calls;

/// <summary>One call of the contract, as etcd is asked.</summary>
/// <param name="What">For texts: what cannot be done when it fails, such as <c>key a cannot be read</c>.</param>
/// <param name="Repeatable">Carrying it out twice is the same as once.</param>
/// <param name="SendAsync">Sends it.</param>
internal sealed record EtcdCall<T>(string What, bool Repeatable, Func<CallInvoker, CallOptions, Task<T>> SendAsync);

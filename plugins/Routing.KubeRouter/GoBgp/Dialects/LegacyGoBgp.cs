using Grpc.Core;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp.Dialects;

/// <summary>GoBGP 1 and 2: recognised, so that it can be named, and not spoken.</summary>
internal static class LegacyGoBgp
{
    public const string Service = "gobgpapi.GobgpApi";

    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);

    // GoBGP 2 has it; GoBGP 1 knows the service and not the call.
    private static readonly Method<byte[], byte[]> GetBgp = new(MethodType.Unary, Service, "GetBgp", Bytes, Bytes);

    /// <exception cref="RpcException">It failed for another reason than that it is not there.</exception>
    public static async Task<bool> IsThereAsync(CallInvoker invoker, CallOptions options)
    {
        try
        {
            using var call = invoker.AsyncUnaryCall(GetBgp, host: null, options, []);
            await call;
            return true;
        }
        catch (RpcException failure) when (GoBgpFailures.IsUnknown(failure))
        {
            // Text of grpc-go's server; for a service that is not there it says "unknown service".
            return failure.Status.Detail.StartsWith("unknown method", StringComparison.Ordinal) && failure.Status.Detail.Contains(Service, StringComparison.Ordinal);
        }
    }
}

using Cilium.Framework.Errors;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Dialects;
using Grpc.Core;
using Grpc.Net.Client;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp;

/// <summary>A GoBGP that answered, and the version that it was found to speak. It connects by itself again; after a restart as another version calls fail, and a new one is to be opened.</summary>
internal sealed class GoBgpConnection : IDisposable
{
    private readonly GrpcChannel _channel;

    private GoBgpConnection(GrpcChannel channel, GoBgpVersion version, IGoBgpApi api) => (_channel, Version, Api) = (channel, version, api);

    /// <summary>Which version it is.</summary>
    public GoBgpVersion Version { get; }

    /// <summary>What can be asked of it.</summary>
    public IGoBgpApi Api { get; }

    /// <summary>Connects and finds out what is there.</summary>
    /// <exception cref="CiliumException">
    /// <see cref="ErrorKind.Unavailable"/>: nobody answers, or what answers speaks no gRPC. <see cref="ErrorKind.Unsupported"/>: it is a GoBGP that is too
    /// old, or another gRPC server. The text says which, and what to do.
    /// </exception>
    public static async Task<GoBgpConnection> OpenAsync(GoBgpSettings settings, TimeProvider time, CancellationToken cancellationToken)
    {
        var channel = GoBgpChannel.Open(settings.Address, settings.CallTimeout);
        try
        {
            var failures = new GoBgpFailures(settings.Address);
            var dialect = await DetectAsync(channel.CreateCallInvoker(), settings, failures, time, cancellationToken);
            failures.IsUnderstood = true;
            return new(channel, dialect.Version, new GoBgpApi(dialect, settings, failures, time));
        }
        catch
        {
            channel.Dispose();
            throw;
        }
    }

    /// <summary>Ends the connection; what is under way fails.</summary>
    public void Dispose() => _channel.Dispose();

    private static async Task<IGoBgpDialect> DetectAsync(CallInvoker invoker, GoBgpSettings settings, GoBgpFailures failures, TimeProvider time, CancellationToken cancellationToken)
    {
        IGoBgpDialect[] dialects = [new GoBgp3(invoker), new GoBgp4(invoker)];
        try
        {
            foreach (var dialect in dialects)
            {
                if (await KnowsAsync(async options => await dialect.GetSpeaker(options)))
                    return dialect;
            }

            if (await LegacyGoBgp.IsThereAsync(invoker, Options()))
                throw new CiliumException(ErrorKind.Unsupported, $"gobgp {settings.Address}: it is GoBGP 2 or older ({LegacyGoBgp.Service}), as in kube-router before 1.6. Accepted: GoBGP 3 or 4. Upgrade kube-router.");
        }
        catch (Exception error) when (GoBgpFailures.IsFailure(error))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw failures.Of("it cannot be asked which version it is", error, settings.CallTimeout);
        }

        throw new CiliumException(
            ErrorKind.Unsupported,
            $"gobgp {settings.Address}: the gRPC server there is no GoBGP: it knows none of {string.Join(", ", dialects.Select(dialect => dialect.Service))}. Correct the address.");

        async Task<bool> KnowsAsync(Func<CallOptions, Task> ask)
        {
            try
            {
                await ask(Options());
                return true;
            }
            catch (RpcException failure) when (GoBgpFailures.IsUnknown(failure))
            {
                return false;
            }
        }

        CallOptions Options() => new(deadline: time.GetUtcNow().UtcDateTime + settings.CallTimeout, cancellationToken: cancellationToken);
    }
}

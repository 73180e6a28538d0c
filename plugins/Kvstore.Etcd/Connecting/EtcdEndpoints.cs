using Grpc.Core.Interceptors;

namespace Cilium.Framework.Kvstore.Etcd.Connecting;

/// <summary>All members. One is asked until it fails, then the next one; every node begins with another one, which spreads them.</summary>
internal sealed class EtcdEndpoints(EtcdSettings settings, TimeProvider time, Interceptor? interceptor) : IDisposable
{
    private readonly EtcdEndpoint[] _all = Create(settings, new TlsFiles(settings, time), interceptor);
    private int _preferred = Random.Shared.Next(settings.Endpoints.Count);

    public IReadOnlyList<EtcdEndpoint> All => _all;

    /// <summary>In the order in which they are to be asked.</summary>
    public IEnumerable<EtcdEndpoint> InOrder()
    {
        var first = Volatile.Read(ref _preferred);
        return Enumerable.Range(0, _all.Length).Select(i => _all[(first + i) % _all.Length]);
    }

    /// <summary>Asks the next one first from now on, unless somebody else has seen to that already.</summary>
    public void TurnFrom(EtcdEndpoint failed)
    {
        var index = Array.IndexOf(_all, failed);
        Interlocked.CompareExchange(ref _preferred, (index + 1) % _all.Length, index);
    }

    public void Dispose()
    {
        foreach (var endpoint in _all)
            endpoint.Dispose();
    }

    private static EtcdEndpoint[] Create(EtcdSettings settings, TlsFiles tls, Interceptor? interceptor) =>
        [.. settings.Endpoints.Select(address => new EtcdEndpoint(address, settings, tls, interceptor))];
}

using System.Text;
using Cilium.Framework.Errors;
using Cilium.Framework.Lab.Servers;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cilium.Framework.Kvstore.Etcd.Tests;

/// <summary>What every test of a store does.</summary>
internal static class Stores
{
    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static EtcdSettings SettingsOf(EtcdCluster cluster) => new() { Endpoints = [.. cluster.Endpoints.Select(endpoint => new Uri(endpoint))] };

    public static EtcdKvstore Create(EtcdSettings settings, Interceptor? interceptor = null) => new(settings, TimeProvider.System, NullLoggerFactory.Instance, interceptor);

    public static async Task<EtcdKvstore> OpenAsync(EtcdSettings settings, Interceptor? interceptor = null)
    {
        var store = Create(settings, interceptor);
        await store.StartAsync(Stop);
        return store;
    }

    public static ValueTask<KvCommitResult> PutAsync(this IKvstore store, string key, string value, IKvLease? lease = null) => store.CommitAsync([], [Put(key, value, lease)], Stop);

    public static KvOperation Put(string key, string value, IKvLease? lease = null) => new KvOperation.Put(key, Encoding.UTF8.GetBytes(value), lease);

    public static async Task<string?> ReadAsync(this IKvstore store, string key) => await store.GetAsync(key, Stop) is { } entry ? Text(entry.Value) : null;

    public static string Text(ReadOnlyMemory<byte> value) => Encoding.UTF8.GetString(value.Span);

    /// <summary>How a read fails.</summary>
    public static async Task<(ErrorKind Kind, string Text)> ReadFailureAsync(this IKvstore store, string key = "a")
    {
        var error = await Assert.ThrowsAnyAsync<CiliumException>(async () => await store.GetAsync(key, Stop));
        return (error.Kind, error.Message);
    }

    /// <summary>How a write fails.</summary>
    public static async Task<(ErrorKind Kind, string Text)> WriteFailureAsync(this IKvstore store, string key = "a", string value = "", IKvLease? lease = null)
    {
        var error = await Assert.ThrowsAnyAsync<CiliumException>(async () => await store.PutAsync(key, value, lease));
        return (error.Kind, error.Message);
    }

    /// <summary>Writes again until the store takes it: it may be away, or be asked over a connection that was begun with what it does not accept.</summary>
    public static Task UntilWrittenAsync(this IKvstore store, string key, string value) => Eventually.TrueAsync(
        async () =>
        {
            try
            {
                return (await store.PutAsync(key, value)).Succeeded;
            }
            catch (CiliumException error) when (error.Kind is ErrorKind.Unavailable or ErrorKind.Denied)
            {
                return false;
            }
        },
        $"{key} can be written",
        seconds: 30);
}

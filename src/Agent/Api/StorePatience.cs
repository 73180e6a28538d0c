using Cilium.Framework.Errors;

namespace Cilium.Framework.Agent.Api;

/// <summary>Somebody waits at a terminal: a store that hangs is one that cannot be reached.</summary>
internal static class StorePatience
{
    /// <summary>A store answers within milliseconds, within a second or two while it elects a leader.</summary>
    public static readonly TimeSpan Asked = TimeSpan.FromSeconds(5);

    /// <summary>For all keys of a large cluster.</summary>
    public static readonly TimeSpan WholeStore = TimeSpan.FromSeconds(30);

    /// <exception cref="CiliumException"><see cref="ErrorKind.Unavailable"/>: no answer in time. A commit may or may not have been carried out.</exception>
    public static async Task<T> WithinAsync<T>(string name, TimeSpan patience, TimeProvider time, Func<CancellationToken, ValueTask<T>> call, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ct);
        try
        {
            return await call(either.Token).AsTask().WaitAsync(either.Token);
        }
        catch (OperationCanceledException exception) when (deadline.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new CiliumException(
                ErrorKind.Unavailable, $"kvstore {name}: did not answer within {patience.TotalSeconds:0} s. Whether a write was carried out is not known. See cilium status, and try again.", exception);
        }
    }
}

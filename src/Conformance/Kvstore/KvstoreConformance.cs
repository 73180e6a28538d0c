using System.Text;
using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.Kvstore;

/// <summary>What every <see cref="IKvstore"/> must do. Derive from it in a test project of xunit v3 and say how a store is made.</summary>
/// <remarks>Each test begins with a store of its own, empty and started, and ends by disposing it.</remarks>
public abstract partial class KvstoreConformance : IAsyncLifetime
{
    /// <summary>Each operation that changes something is tried this often in a row.</summary>
    private const int Repeats = 10;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private IKvstore? _store;

    /// <summary>Makes a store without content. Not started: the suite starts and disposes it.</summary>
    protected abstract ValueTask<IKvstore> CreateAsync();

    /// <summary>Makes a store over what the first one of this test left when it was disposed; null when its content ends with it.</summary>
    protected virtual ValueTask<IKvstore?> ReopenAsync() => ValueTask.FromResult<IKvstore?>(null);

    /// <summary>
    /// Makes a store over what a crash at this moment would leave: the first one still runs and is not asked. For a store in files, copy them and open the copy.
    /// Null when there is no such thing, as for a server that keeps the content elsewhere.
    /// </summary>
    protected virtual ValueTask<IKvstore?> AfterCrashAsync() => ValueTask.FromResult<IKvstore?>(null);

    /// <summary>Connects as another node would; must be there when <see cref="KvstoreCapabilities.Shared"/> is claimed.</summary>
    protected virtual ValueTask<IKvstore?> ConnectAnotherAsync() => ValueTask.FromResult<IKvstore?>(null);

    /// <summary>The server behind the store of this test, when there is one: the suite kills, holds and compacts it. Null: the store is its own server.</summary>
    protected virtual IStoreServer? Server => null;

    /// <summary>Ends a lease behind its holder's back, as an operator could in the store itself. False: there is no such way.</summary>
    /// <param name="lease">Granted by a store of this test.</param>
    protected virtual ValueTask<bool> EndLeaseAsync(IKvLease lease) => ValueTask.FromResult(false);

    /// <summary>Told why a test does not apply to this backend: it is skipped. Override it to name what you expect not to apply; the test then ends.</summary>
    /// <param name="reason">What is missing or not claimed.</param>
    protected virtual void NotApplicable(string reason) => Assert.Skip(reason);

    /// <summary>How long one call may take before it counts as hanging.</summary>
    protected virtual TimeSpan Patience => TimeSpan.FromSeconds(10);

    /// <summary>How long it may take until calls fail after <see cref="Server"/> was hurt, and until they work and watches have caught up after it was healed.</summary>
    protected virtual TimeSpan FaultPatience => TimeSpan.FromSeconds(30);

    /// <summary>The store of this test.</summary>
    protected IKvstore Store => _store ?? throw new InvalidOperationException("The test has not begun.");

    private Deadline Within => new(Patience);

    /// <summary>Begins a test.</summary>
    public async ValueTask InitializeAsync()
    {
        _store = await CreateAsync();
        await Within.Of(_store.StartAsync(Stop), "IKvstore.StartAsync");
    }

    /// <summary>Ends a test; override it to remove files too.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_store is not null)
            await Within.Of(_store.DisposeAsync(), "IKvstore.DisposeAsync");
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static KvOperation Put(string key, string value) => new KvOperation.Put(key, Encoding.UTF8.GetBytes(value));

    private static KvOperation Put(string key, string value, IKvLease lease) => new KvOperation.Put(key, Encoding.UTF8.GetBytes(value), lease);

    private static string Text(ReadOnlyMemory<byte> value) => Encoding.UTF8.GetString(value.Span);

    private Task<KvCommitResult> PutAsync(string key, string value) => CommitAsync([], Put(key, value));

    private Task<KvCommitResult> DeleteAsync(string key) => CommitAsync([], new KvOperation.Delete(key));

    private Task<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, params KvOperation[] operations) =>
        Within.Of(Store.CommitAsync(conditions, operations, Stop), "IKvstore.CommitAsync");

    private Task<KvEntry?> GetAsync(string key) => GetAsync(Store, key);

    private Task<KvEntry?> GetAsync(IKvstore store, string key) => Within.Of(store.GetAsync(key, Stop), "IKvstore.GetAsync");

    private Task<IReadOnlyList<KvEntry>> ListAsync(string prefix) => ListAsync(Store, prefix);

    private Task<IReadOnlyList<KvEntry>> ListAsync(IKvstore store, string prefix) => Within.Of(store.ListAsync(prefix, Stop), "IKvstore.ListAsync");

    /// <summary>Asks again until it is so.</summary>
    /// <returns>Whether it became so in time.</returns>
    private static async Task<bool> BecomesAsync(Func<Task<bool>> condition, TimeSpan within)
    {
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (System.Diagnostics.Stopwatch.GetElapsedTime(started) > within)
                return false;
            await Task.Delay(Poll, TimeProvider.System, Stop);
        }

        return true;
    }

    /// <summary>Keys and values as one line each.</summary>
    private static IEnumerable<string> Lines(IEnumerable<KvEntry> entries) => entries.Select(entry => $"{entry.Key}={Text(entry.Value)}");
}

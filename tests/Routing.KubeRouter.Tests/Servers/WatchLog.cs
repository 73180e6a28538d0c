using Cilium.Framework.Errors;
using Cilium.Framework.Lab;
using Cilium.Framework.Routing.KubeRouter.GoBgp;

namespace Cilium.Framework.Routing.KubeRouter.Tests.Servers;

/// <summary>Everything that a watch has told so far.</summary>
internal sealed class WatchLog : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly List<BgpEvent> _events = [];
    private readonly Task<Exception> _reading;

    public WatchLog(IGoBgpApi api) => _reading = ReadAsync(api);

    /// <summary>What was told so far, in order.</summary>
    public IReadOnlyList<BgpEvent> Events
    {
        get
        {
            lock (_events)
                return [.. _events];
        }
    }

    public IEnumerable<BgpEvent> BeforeInitialDone => Events.TakeWhile(told => told is not BgpEvent.InitialDone);

    public IEnumerable<BgpEvent> AfterInitialDone => Events.SkipWhile(told => told is not BgpEvent.InitialDone).Skip(1);

    public Task UntilListedAsync() => UntilAsync(events => events.Any(told => told is BgpEvent.InitialDone), "the end of what there was");

    public Task UntilAsync(Func<IReadOnlyList<BgpEvent>, bool> condition, string awaited) => Eventually.TrueAsync(
        async () => condition(Events) || (_reading.IsCompleted ? throw new InvalidOperationException($"The watch ended before {awaited}.", await _reading) : false),
        () => $"{awaited}; told was: {string.Join("; ", Events)}",
        seconds: 60);

    /// <summary>How it ended.</summary>
    public async Task<CiliumException> EndAsync() => Assert.IsType<CiliumException>(await _reading.WaitAsync(Patience.Of(TimeSpan.FromSeconds(60)), TestContext.Current.CancellationToken));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _stop.Dispose();
    }

    private async Task<Exception> ReadAsync(IGoBgpApi api)
    {
        try
        {
            await foreach (var told in api.WatchAsync(_stop.Token))
            {
                lock (_events)
                    _events.Add(told);
            }

            return new InvalidOperationException("The watch ended without an error.");
        }
        catch (Exception error)
        {
            return error;
        }
    }
}

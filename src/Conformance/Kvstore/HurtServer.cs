namespace Cilium.Framework.Conformance.Kvstore;

/// <summary>A server while it is hurt; whatever happens, all its members run again afterwards.</summary>
internal sealed class HurtServer(IStoreServer server, CancellationToken stop) : IAsyncDisposable
{
    private readonly HashSet<int> _killed = [], _held = [];

    public IReadOnlyList<int> All { get; } = [.. Enumerable.Range(0, server.Members)];

    /// <summary>So many that no majority is left.</summary>
    public IReadOnlyList<int> Majority => [.. All.Take((server.Members / 2) + 1)];

    public async Task KillAsync(IEnumerable<int> members)
    {
        foreach (var member in members)
        {
            _killed.Add(member);
            await server.KillAsync(member, stop);
        }
    }

    public async Task StartAsync()
    {
        foreach (var member in _killed.ToList())
        {
            await server.StartAsync(member, stop);
            _killed.Remove(member);
        }
    }

    public void Pause(IEnumerable<int> members)
    {
        foreach (var member in members)
        {
            _held.Add(member);
            server.Pause(member);
        }
    }

    public void Resume()
    {
        foreach (var member in _held)
            server.Resume(member);
        _held.Clear();
    }

    public Task<bool> CompactAsync() => server.CompactAsync(stop);

    public async ValueTask DisposeAsync()
    {
        Resume();
        foreach (var member in _killed)
            await server.StartAsync(member, CancellationToken.None);
    }
}

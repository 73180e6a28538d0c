using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Core.Tests.Identities;

/// <summary>A lease that is lost when a test says so.</summary>
internal sealed class TestLease(TimeSpan timeToLive) : IKvLease
{
    private readonly CancellationTokenSource _lost = new();

    public TimeSpan TimeToLive => timeToLive;

    public CancellationToken Lost => _lost.Token;

    public void Lose() => _lost.Cancel();

    public ValueTask RevokeAsync(CancellationToken cancellationToken)
    {
        Lose();
        return default;
    }

    public ValueTask DisposeAsync() => default;
}

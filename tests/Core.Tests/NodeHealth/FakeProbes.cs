using System.Collections.Concurrent;
using System.Net;
using Cilium.Framework.NodeHealth;

namespace Cilium.Framework.Core.Tests.NodeHealth;

/// <summary>Answers as the test says, and remembers who was asked when.</summary>
internal sealed class FakeProbes(TimeProvider time) : IHealthProbes
{
    public ConcurrentQueue<(HealthPlace From, ProbeKind Kind, string To, DateTimeOffset At)> Asked { get; } = new();

    /// <summary>What comes of a probe; null: no answer ever.</summary>
    public Func<HealthPlace, ProbeKind, string, ProbeResult?> Answer { get; set; } = (_, _, _) => ProbeResult.Answered(TimeSpan.FromMilliseconds(2));

    public Task<ProbeResult> EchoAsync(HealthPlace from, IPAddress to, CancellationToken ct) => AskAsync(from, ProbeKind.Icmp, to, ct);

    public Task<ProbeResult> GreetAsync(HealthPlace from, IPAddress to, CancellationToken ct) => AskAsync(from, ProbeKind.Http, to, ct);

    private async Task<ProbeResult> AskAsync(HealthPlace from, ProbeKind kind, IPAddress to, CancellationToken ct)
    {
        Asked.Enqueue((from, kind, to.ToString(), time.GetUtcNow()));
        if (Answer(from, kind, to.ToString()) is { } answer)
            return answer;
        await Task.Delay(Timeout.InfiniteTimeSpan, time, ct);
        throw new InvalidOperationException("It waits for ever.");
    }
}

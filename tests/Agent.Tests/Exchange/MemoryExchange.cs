using System.Collections.Concurrent;
using Cilium.Framework.Conformance.References;
using Cilium.Framework.Errors;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routing;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Agent.Tests.Exchange;

/// <summary>A routing daemon in memory.</summary>
internal sealed class MemoryExchange : IRouteExchange, IReconcileTarget<AdvertisementRow>
{
    private readonly MemoryTarget<AdvertisementRow, IpPrefix> _target;

    public MemoryExchange() => _target = new(row => row.Prefix, Told);

    /// <summary>What its peers are told.</summary>
    public ConcurrentDictionary<IpPrefix, AdvertisementRow> Told { get; } = new();

    /// <summary>Why it tells nothing more; done: it does.</summary>
    public RowOutcome Refusal { get; set; } = RowOutcome.Done;

    /// <summary>It never answers a question.</summary>
    public bool Hangs { get; set; }

    public RouteSpeakerInfo Speaker { get; set; } = new("127.0.0.1:50051", IsReachable: true, "a daemon in memory, AS 64512");

    public IReadOnlyList<RoutePeerInfo> Peers { get; set; } = [];

    public IReadOnlyList<ExchangedRouteInfo> Routes { get; set; } = [];

    public IReconcileTarget<AdvertisementRow> Advertisements => this;

    public async ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<AdvertisementRow> batch, CancellationToken cancellationToken)
    {
        var refusal = Refusal;
        if (refusal.IsDone)
            return await _target.ApplyAsync(batch, cancellationToken);
        return [.. batch.Items.Select(item => item.Action == ReconcileAction.Upsert ? refusal : RowOutcome.Done)];
    }

    public ValueTask<int> PruneAsync(IReadOnlyCollection<AdvertisementRow> desired, CancellationToken cancellationToken) => _target.PruneAsync(desired, cancellationToken);

    public ValueTask<RouteSpeakerInfo> DescribeAsync(CancellationToken cancellationToken) => AnswerAsync(() => Speaker, cancellationToken);

    public ValueTask<IReadOnlyList<RoutePeerInfo>> ListPeersAsync(CancellationToken cancellationToken) => AnswerAsync(() => Speaker.IsReachable ? Peers : throw Away(), cancellationToken);

    public ValueTask<IReadOnlyList<ExchangedRouteInfo>> ListRoutesAsync(CancellationToken cancellationToken) => AnswerAsync(() => Speaker.IsReachable ? Routes : throw Away(), cancellationToken);

    private async ValueTask<T> AnswerAsync<T>(Func<T> answer, CancellationToken cancellationToken)
    {
        if (Hangs)
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        return answer();
    }

    private CiliumException Away() => new(ErrorKind.Unavailable, $"daemon {Speaker.Endpoint}: {Speaker.Detail}");
}

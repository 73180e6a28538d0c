using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore.Etcd.Calls;
using Cilium.Framework.Kvstore.Etcd.Connecting;
using Cilium.Framework.Kvstore.Etcd.Failures;
using Etcdserverpb;

namespace Cilium.Framework.Kvstore.Etcd;

/// <summary>Asks every member how it is, and whether reading works.</summary>
internal sealed class EtcdStatus(EtcdClient client, EtcdSettings settings)
{
    /// <summary>The key that is read to see whether the cluster agrees on anything; Cilium's operator writes it.</summary>
    private const string Heartbeat = "cilium/.heartbeat";

    /// <summary>Who asks for a status has not much time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async ValueTask<KvstoreStatus> GetAsync(CancellationToken cancellationToken)
    {
        if (client.Closed.IsCancellationRequested)
            return new(false, "etcd: it is closed.");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, client.Closed);
        var within = settings.DialTimeout < Patience ? settings.DialTimeout : Patience;
        deadline.CancelAfter(within + Patience);
        try
        {
            var quorum = QuorumAsync(within, deadline.Token);
            var members = await Task.WhenAll(client.Endpoints.All.Select(endpoint => MemberAsync(endpoint, within, deadline.Token)));
            var problem = await quorum;
            var connected = members.Count(member => member.Answers);
            return new(problem is null, $"etcd: {connected}/{members.Length} connected: {string.Join("; ", members.Select(member => member.Text))}; {(problem is null ? "has quorum" : $"no quorum: {problem}")}");
        }
        catch (Exception error) when (error is OperationCanceledException or CiliumException or ObjectDisposedException)
        {
            return new(false, client.Closed.IsCancellationRequested ? "etcd: it is closed." : $"etcd: {string.Join(", ", client.Endpoints.All.Select(endpoint => endpoint.Name))}: no answer in time");
        }
    }

    private async Task<(bool Answers, string Text)> MemberAsync(EtcdEndpoint endpoint, TimeSpan within, CancellationToken cancellationToken)
    {
        try
        {
            var status = await client.StatusAsync(endpoint, within, cancellationToken);
            EtcdVersion.Accept(status.Version);
            return (true, $"{endpoint.Name} - {status.Version}{(status.Leader == status.Header.MemberId ? " (Leader)" : "")}");
        }
        catch (Exception error) when (TransportFailures.IsFailure(error))
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (false, $"{endpoint.Name}: {(await client.JudgeAsync(error, endpoint, null, within, cancellationToken)).Text}");
        }
    }

    /// <returns>Why nothing can be read; null: it can.</returns>
    private async Task<string?> QuorumAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(within);
        try
        {
            var request = new RangeRequest { Key = EtcdKeys.Encode(Heartbeat), CountOnly = true };
            await client.CallAsync(
                new EtcdCall<RangeResponse>($"key {Heartbeat} cannot be read", Repeatable: true, async (invoker, options) => await new KV.KVClient(invoker).RangeAsync(request, options)),
                deadline.Token);
            return null;
        }
        catch (CiliumException error)
        {
            return error.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"nothing could be read within {within.TotalSeconds:0.#} s";
        }
    }
}

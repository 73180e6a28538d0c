using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore.Consul.Http;
using Cilium.Framework.Kvstore.Consul.Leases;
using Cilium.Framework.Kvstore.Consul.Model;

namespace Cilium.Framework.Kvstore.Consul.Commits;

/// <summary>
/// Carries out commits. What the servers cannot judge (an empty prefix) or cannot do in one step is looked at first, and the transaction
/// fails when it changed meanwhile; then everything is done again. Whoever fails so was overtaken by somebody who did not.
/// </summary>
internal sealed class Committer(ConsulHttp http, Reader reader)
{
    /// <summary>How often a commit is overtaken before it is given up.</summary>
    private const int MostAttempts = 1000;

    public async Task<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken)
    {
        var looking = false;
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            foreach (var lease in operations.OfType<KvOperation.Put>().Select(put => put.Lease).OfType<ConsulLease>().Where(lease => lease.Lost.IsCancellationRequested))
                throw LeaseLost(lease.Session);
            var fences = await FencesAsync(conditions, cancellationToken);
            if (fences is null)
                return default;
            TxnKv[] checks = [.. conditions.SelectMany(Steps.Of)];
            TxnKv[] guards = [.. fences, .. Clock(operations, checks.Length + fences.Length)];
            var writes = looking ? await KnowingAsync(operations, cancellationToken) : operations.SelectMany(Steps.Blindly);
            var transaction = Transaction.Of([.. checks, .. guards, .. writes]);
            if (transaction is null && looking)
                throw TooMuch(conditions.Count, operations.Count);
            looking |= transaction is null;
            if (transaction is null)
                continue;
            var answer = await transaction.CommitAsync(http, cancellationToken);
            if (answer.Errors is not { Length: > 0 } errors)
                return new(true, (answer.Results ?? []).Select(result => result.Kv?.ModifyIndex ?? 0).DefaultIfEmpty().Max());
            if (errors.Any(error => error.OpIndex < checks.Length))
                return default;
            if (errors.FirstOrDefault(error => error.What.Contains("invalid session", StringComparison.Ordinal)) is { } invalid)
                throw LeaseLost(invalid.What.Replace("invalid session", "", StringComparison.Ordinal).Trim(' ', '"'));
        }

        throw new CiliumException(ErrorKind.Conflict, $"kvstore consul: a commit of {operations.Count} operations was overtaken by others {MostAttempts} times. Nothing was changed.");
    }

    /// <summary>One step for each prefix, which fails when somebody else committed under the same condition since; null: a prefix is not empty.</summary>
    private async Task<TxnKv[]?> FencesAsync(IReadOnlyList<KvCondition> conditions, CancellationToken cancellationToken)
    {
        string[] prefixes = [.. conditions.OfType<KvCondition.PrefixEmpty>().Select(empty => empty.Prefix)];
        if (prefixes.Length == 0)
            return [];
        string[] fences = [.. prefixes.Select(PrivateKeys.Fence).Distinct()];
        var before = await Transaction.GetAsync(http, fences, cancellationToken);
        foreach (var prefix in prefixes)
        {
            if (await reader.AnyAsync(prefix, cancellationToken))
                return null;
        }

        return [.. fences.Select(fence => TxnKv.Cas(fence, before.GetValueOrDefault(fence)?.ModifyIndex ?? 0, default(ReadOnlyMemory<byte>)))];
    }

    private async Task<IEnumerable<TxnKv>> KnowingAsync(IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken)
    {
        var now = await Transaction.GetAsync(http, operations.OfType<KvOperation.Put>().Select(put => put.Key), cancellationToken);
        return operations.SelectMany(operation => Steps.Knowing(operation, now.GetValueOrDefault(operation.Key)));
    }

    // The answer tells the index of what was written, and nothing of what was deleted.
    private static IEnumerable<TxnKv> Clock(IReadOnlyList<KvOperation> operations, int others) =>
        operations.Any(operation => operation is KvOperation.Put) || operations.Count + others >= Transaction.MaxSteps ? [] : [TxnKv.Set(PrivateKeys.Clock, default(ReadOnlyMemory<byte>))];

    private static CiliumException LeaseLost(string session) =>
        new(ErrorKind.Conflict, $"kvstore consul: the lease {session} is lost. Grant another and write its keys again. Nothing was changed.");

    private static CiliumException TooMuch(int conditions, int operations) => new(
        ErrorKind.Invalid,
        $"kvstore consul: a commit of {operations} operations under {conditions} conditions does not fit into one transaction. Accepted: {Transaction.MaxSteps} of both together, where a key that goes over from one living lease to another counts twice, in {Transaction.MaxBytes} bytes of JSON. Nothing was changed.");
}

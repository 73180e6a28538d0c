using System.Net;
using System.Text.Json;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore.Consul.Http;
using Cilium.Framework.Kvstore.Consul.Model;

namespace Cilium.Framework.Kvstore.Consul.Commits;

/// <summary>One request to /v1/txn: all steps or none.</summary>
internal sealed class Transaction
{
    /// <summary>Most steps (maxTxnOps in Consul's agent/txn_endpoint.go; one more is answered with 413).</summary>
    public const int MaxSteps = 64;

    /// <summary>Largest body (limits.txn_max_req_len, default; measured with 1.8.7).</summary>
    public const int MaxBytes = 512 * 1024;

    private Transaction(byte[] body) => Body = body;

    public byte[] Body { get; }

    /// <summary>Null: it does not fit into one request.</summary>
    public static Transaction? Of(IReadOnlyList<TxnKv> steps)
    {
        if (steps.Count > MaxSteps)
            return null;
        var body = JsonSerializer.SerializeToUtf8Bytes([.. steps.Select(step => new TxnStep(step))], ConsulJson.Plain.TxnStepArray);
        return body.Length > MaxBytes ? null : new(body);
    }

    /// <summary>Keys that exist, of those asked for; as of one moment.</summary>
    public static async Task<Dictionary<string, KvPair>> GetAsync(ConsulHttp http, IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        string[] present = [.. keys];
        while (present.Length > 0)
        {
            var answer = await http.ReadAsync("/v1/txn?consistent", Of([.. present.Select(TxnKv.Get)])!.Body, cancellationToken);
            var told = answer.Read(ConsulJson.Default.TxnAnswer);
            if (answer.Status == HttpStatusCode.OK)
            {
                // What may not be read is left out without a word.
                if (told.Results?.Length != present.Length)
                    throw FailureText.Denied(answer.Address, "");
                return told.Results.Select(result => result.Kv!).ToDictionary(pair => pair.Key, StringComparer.Ordinal);
            }

            // Only keys that do not exist make such a transaction fail.
            var missing = Errors(answer, told).Select(error => error.OpIndex).ToHashSet();
            present = [.. present.Where((_, i) => !missing.Contains(i))];
        }

        return [];
    }

    /// <summary>Carries it out, once.</summary>
    public async Task<TxnAnswer> CommitAsync(ConsulHttp http, CancellationToken cancellationToken)
    {
        var answer = await http.WriteAsync("/v1/txn", Body, cancellationToken);
        var told = answer.Read(ConsulJson.Default.TxnAnswer);
        return answer.Status == HttpStatusCode.OK ? told : told with { Errors = Errors(answer, told) };
    }

    private static TxnError[] Errors(ConsulAnswer answer, TxnAnswer told)
    {
        if (told.Errors is not { Length: > 0 } errors)
            throw new CiliumException(ErrorKind.Internal, $"kvstore consul: {FailureText.Of(answer.Address)} refused a transaction without saying why.");
        return errors.Any(error => error.What.Contains("Permission denied", StringComparison.Ordinal)) ? throw FailureText.Denied(answer.Address, "") : errors;
    }
}

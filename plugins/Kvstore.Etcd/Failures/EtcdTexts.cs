using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore.Etcd.Connecting;

namespace Cilium.Framework.Kvstore.Etcd.Failures;

/// <summary>The sentences that callers read.</summary>
internal static class EtcdTexts
{
    public static CiliumException IsClosed() => new(ErrorKind.Unavailable, "kvstore etcd: it is closed.");

    /// <param name="what">What cannot be done.</param>
    /// <param name="failures">Why, by member; none: there was no time left to ask.</param>
    /// <param name="decisive">The one that decides what the caller may do.</param>
    public static CiliumException Failed(string what, IReadOnlyList<(EtcdEndpoint Endpoint, CallFailure Failure)> failures, CallFailure? decisive)
    {
        var effect = failures.Any(failed => failed.Failure.Effect == CallEffect.Unknown) ? " It may or may not have been carried out." : " Nothing was changed.";
        if (decisive is { Effect: CallEffect.Answered })
            return Answered(decisive, $"kvstore etcd: {what}: {failures[^1].Endpoint.Name}: {decisive.Text}. Nothing was changed.");
        var kinds = failures.Select(failed => failed.Failure.Kind).Distinct().ToList();
        return new(kinds.Count == 1 ? kinds[0] : ErrorKind.Unavailable, $"kvstore etcd: {what}: {Reasons(failures)}.{effect}");
    }

    private static CiliumException Answered(CallFailure failure, string text) =>
        failure.Compacted ? new CompactedException(text) : failure.LeaseGone ? new LeaseGoneException(text) : new CiliumException(failure.Kind, text);

    public static string Reasons(IEnumerable<(EtcdEndpoint Endpoint, CallFailure Failure)> failures) =>
        string.Join("; ", failures.Select(failed => $"{failed.Endpoint.Name}: {failed.Failure.Text}")) is { Length: > 0 } reasons ? reasons : "there was no time left";
}

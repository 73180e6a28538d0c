using Cilium.Framework.Errors;
using Grpc.Core;

namespace Cilium.Framework.Kvstore.Etcd.Failures;

/// <summary>Puts what etcd answers into the words of the contract. Texts: etcd 3.4, etcdserver/api/v3rpc/rpctypes.</summary>
internal static class EtcdAnswers
{
    /// <returns>Null: this is not etcd's answer, but something on the way.</returns>
    public static CallFailure? Judge(StatusCode code, string detail, string? username)
    {
        if (Says("invalid auth token") || Says("user name is empty") || Says("revision of auth store is old") || Says("auth: token is not provided"))
        {
            return username is null
                ? Answer(ErrorKind.Denied, "the server wants a user: set kvstore.etcd.username and password-file") with { Spoken = true }
                : Answer(ErrorKind.Denied, $"the server does not accept the login of user \"{username}\" any more ({detail})") with { TokenRefused = true, Effect = CallEffect.NotCarriedOut };
        }

        if (Says("authentication failed"))
            return Answer(ErrorKind.Denied, $"user \"{username}\" or its password is not accepted. Correct kvstore.etcd.username and password-file (or password)");
        if (Says("permission denied") || code == StatusCode.PermissionDenied)
            return Answer(ErrorKind.Denied, $"user \"{username}\" may not do this. Give its role the right (etcdctl role grant-permission)");
        if (Says("required revision has been compacted"))
            return Answer(ErrorKind.Unavailable, "its history was compacted meanwhile") with { Compacted = true };
        if (Says("requested lease not found"))
            return Answer(ErrorKind.Conflict, "the lease is gone") with { LeaseGone = true };
        if (Says("request is too large") || Says("message larger than max"))
            return Answer(ErrorKind.Invalid, $"the server refuses it as too large ({detail}). Raise its --max-request-bytes to 1572864 or more");
        if (Says("too many operations"))
            return Answer(ErrorKind.Invalid, $"the server refuses it ({detail}). Raise its --max-txn-ops to 128 or more");
        if (Says("database space exceeded"))
            return Answer(ErrorKind.Exhausted, "the server's disk quota is used up. Compact and defragment it, or raise --quota-backend-bytes, then: etcdctl alarm disarm");
        if (Says("no leader") || Says("not leader") || Says("leader failover") || Says("server stopped") || Says("not capable") || Says("too many requests"))
            return Answer(ErrorKind.Unavailable, Says("no leader") ? "the cluster has no leader: more than half of its members must run and reach each other" : detail) with { Effect = CallEffect.NotCarriedOut, Passing = true };
        if (Says("etcdserver: ") && code is StatusCode.Unavailable or StatusCode.Unknown)
            return Answer(ErrorKind.Unavailable, detail) with { Effect = CallEffect.Unknown, Passing = true };
        return code switch
        {
            StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange or StatusCode.NotFound => Answer(ErrorKind.Invalid, $"the server refuses it: {detail}"),
            StatusCode.Unimplemented => Answer(ErrorKind.Unsupported, $"it is no etcd, or one without this call: {detail}"),
            _ => null,
        };

        bool Says(string text) => detail.Contains(text, StringComparison.Ordinal);
    }

    private static CallFailure Answer(ErrorKind kind, string text) => new(kind, text, CallEffect.Answered) { Spoken = true };
}

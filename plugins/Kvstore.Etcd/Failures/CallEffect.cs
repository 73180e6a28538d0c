namespace Cilium.Framework.Kvstore.Etcd.Failures;

/// <summary>What is known of a call that failed.</summary>
internal enum CallEffect
{
    /// <summary>The cluster has answered: another member would say the same.</summary>
    Answered,

    /// <summary>It was not carried out: another member may be asked.</summary>
    NotCarriedOut,

    /// <summary>It may have been carried out: only what may be repeated may be asked again.</summary>
    Unknown,
}

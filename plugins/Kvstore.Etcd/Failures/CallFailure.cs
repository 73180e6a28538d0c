using Cilium.Framework.Errors;

namespace Cilium.Framework.Kvstore.Etcd.Failures;

/// <summary>Why one member did not do what it was asked.</summary>
/// <param name="Kind">As the contract has it.</param>
/// <param name="Text">The cause and what to do, without a full stop.</param>
/// <param name="Effect">What is known of the call.</param>
internal sealed record CallFailure(ErrorKind Kind, string Text, CallEffect Effect)
{
    /// <summary>Passes by itself, such as an election: asked again until the call's time is over.</summary>
    public bool Passing { get; init; }

    /// <summary>The login was refused as outdated: log in again.</summary>
    public bool TokenRefused { get; init; }

    /// <summary>A lease that was named does not exist.</summary>
    public bool LeaseGone { get; init; }

    /// <summary>The history that was asked for is gone.</summary>
    public bool Compacted { get; init; }

    /// <summary>The member itself answered: its connection works.</summary>
    public bool Spoken { get; init; }
}

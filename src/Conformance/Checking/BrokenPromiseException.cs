namespace Cilium.Framework.Conformance.Checking;

/// <summary>A backend does not do what its contract says: which promise, what was seen, where to look.</summary>
/// <param name="promise">The sentence of the contract, with the member that makes it.</param>
/// <param name="seen">What the backend did instead, with the values.</param>
/// <param name="cure">Where the mistake usually is.</param>
public sealed class BrokenPromiseException(string promise, string seen, string cure)
    : Exception($"Promise: {promise}\nSeen:    {seen}\nLook at: {cure}"), IAssertionException
{
    /// <summary>The sentence of the contract, with the member that makes it.</summary>
    public string Promise { get; } = promise;

    /// <summary>What the backend did instead, with the values.</summary>
    public string Seen { get; } = seen;

    /// <summary>Where the mistake usually is.</summary>
    public string Cure { get; } = cure;
}

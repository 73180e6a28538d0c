namespace Cilium.Framework.Routing.Bench;

/// <summary>What one run of a load came to.</summary>
/// <param name="PerSecond">What was received: bits, or packets.</param>
/// <param name="SoftirqMicroseconds">Time that both processors spent in soft interrupts, per packet sent or per 1,448 octets received.</param>
internal readonly record struct Run(double PerSecond, double SoftirqMicroseconds);

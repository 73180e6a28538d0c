namespace Cilium.Framework.Kvstore.Bench.Listing;

/// <summary>What one process has measured.</summary>
/// <param name="Seconds">Time of the list.</param>
/// <param name="ResidentMegabytes">Growth of VmRSS by it, garbage collected before and after.</param>
/// <param name="ManagedMegabytes">Growth of the managed heap, likewise.</param>
internal sealed record Listed(double Seconds, double ResidentMegabytes, double ManagedMegabytes);

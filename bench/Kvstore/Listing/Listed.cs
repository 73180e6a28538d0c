namespace Cilium.Framework.Kvstore.Bench.Listing;

/// <summary>What one process has measured.</summary>
/// <param name="Seconds">Time of the list.</param>
/// <param name="ProcessorSeconds">Processor time of the process meanwhile, which others on the machine disturb less.</param>
/// <param name="ResidentMegabytes">Growth of VmRSS by it, garbage collected before and after.</param>
/// <param name="ManagedMegabytes">Growth of the managed heap, likewise.</param>
internal sealed record Listed(double Seconds, double ProcessorSeconds, double ResidentMegabytes, double ManagedMegabytes);

namespace Cilium.Framework.Datapath;

/// <summary>One thing found out about this machine.</summary>
/// <param name="Severity">What it costs.</param>
/// <param name="Subject">What was looked at, such as "kernel 6.1.0" or "net.ipv4.conf.all.rp_filter".</param>
/// <param name="Message">What was found, what that costs, what to do.</param>
public sealed record ProbeFinding(ProbeSeverity Severity, string Subject, string Message);

namespace Cilium.Framework.Rows;

/// <summary>One allowed kind of traffic of a policy, with the rule that allows it.</summary>
/// <param name="Key">What it matches.</param>
/// <param name="Rule">Cookie of the rule section that produced it; see <see cref="RuleCookie"/>.</param>
/// <param name="ProxyPort">Port of the proxy that the traffic is sent through; 0 for none.</param>
public readonly record struct PolicyEntry(PolicyKey Key, RuleCookie Rule, ushort ProxyPort = 0);

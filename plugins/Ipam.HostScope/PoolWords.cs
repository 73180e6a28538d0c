namespace Cilium.Framework.Ipam.HostScope;

/// <summary>What refusals say, for the backend in whose name addresses are handed out.</summary>
/// <param name="Name">Name of the backend.</param>
/// <param name="NoRange">What to do when a node has no range of a family, given <c>ipv4</c> or <c>ipv6</c>.</param>
/// <param name="TooSmall">How a node gets more addresses of a family.</param>
internal sealed record PoolWords(string Name, Func<string, string> NoRange, Func<string, string> TooSmall);

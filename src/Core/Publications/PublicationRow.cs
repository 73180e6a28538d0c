namespace Cilium.Framework.Publications;

/// <summary>What this node tells others through the store. Key: <see cref="Key"/>.</summary>
/// <param name="Key">Key in the store.</param>
/// <param name="Value">Its value, JSON.</param>
public sealed record PublicationRow(string Key, string Value);

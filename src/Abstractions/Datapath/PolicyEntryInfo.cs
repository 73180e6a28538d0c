using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath;

/// <summary>A realised policy entry with its counters. Counters never go back while the entry stays.</summary>
/// <param name="Subject">Identity that the policy protects.</param>
/// <param name="Entry">What is allowed and by which rule.</param>
/// <param name="Packets">Packets let through.</param>
/// <param name="Bytes">Bytes let through.</param>
public sealed record PolicyEntryInfo(NumericIdentity Subject, PolicyEntry Entry, ulong Packets, ulong Bytes);

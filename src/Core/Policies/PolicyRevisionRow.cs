using Cilium.Framework.Rows;

namespace Cilium.Framework.Policies;

/// <summary>Revision of the rules that a realised policy reflects. Key: <see cref="Policy"/>.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Revision">Everything that this and earlier revisions changed for it is realised.</param>
public sealed record PolicyRevisionRow(PolicyId Policy, ulong Revision);

using Cilium.Framework.Labels;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Identities;

/// <summary>A label set that this node needs a number for. Key: <see cref="Labels"/>.</summary>
/// <param name="Labels">The label set.</param>
/// <param name="Id">Its number; null while there is none.</param>
/// <param name="Error">Why there is none; null otherwise.</param>
public sealed record IdentityClaimRow(LabelSet Labels, NumericIdentity? Id, string? Error = null);

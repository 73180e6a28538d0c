using Cilium.Framework.Labels;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Identities;

/// <summary>A number in the store. Key: <see cref="Id"/>.</summary>
/// <param name="Id">The number.</param>
/// <param name="Labels">What it stands for.</param>
/// <param name="Revision">Revision of its key; 0: it is remembered, but not in the store (any more).</param>
public sealed record StoredIdentityRow(NumericIdentity Id, LabelSet Labels, ulong Revision);

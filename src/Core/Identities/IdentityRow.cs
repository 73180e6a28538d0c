using Cilium.Framework.Labels;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Identities;

/// <summary>A number and the labels that it stands for. Key: <see cref="Id"/>.</summary>
/// <param name="Id">The number.</param>
/// <param name="Labels">Its labels; never empty.</param>
public sealed record IdentityRow(NumericIdentity Id, LabelSet Labels);

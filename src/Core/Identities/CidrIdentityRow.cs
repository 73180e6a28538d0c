using Cilium.Framework.Rows;

namespace Cilium.Framework.Identities;

/// <summary>A prefix that rules name, and its number on this node. Key: <see cref="Prefix"/>.</summary>
/// <param name="Prefix">The prefix.</param>
/// <param name="Id">Its number, from <see cref="NumericIdentity.FirstNodeLocal"/>.</param>
/// <param name="IsWanted">False: no rule names it any more; it is kept until no address resolves to it.</param>
public sealed record CidrIdentityRow(IpPrefix Prefix, NumericIdentity Id, bool IsWanted);

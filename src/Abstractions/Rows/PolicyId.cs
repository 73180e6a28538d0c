namespace Cilium.Framework.Rows;

/// <summary>Names one realised policy, shared by all endpoints it fits.</summary>
/// <param name="Subject">Identity that the policy protects.</param>
/// <param name="Variant">Tells apart policies of one identity that differ by named ports or enforcement options; empty for the plain one. At most 64 characters of <c>[a-z0-9=,.-]</c>.</param>
public sealed record PolicyId(NumericIdentity Subject, string Variant = "")
{
    /// <summary>The subject, and the variant behind a slash when there is one.</summary>
    public override string ToString() => Variant.Length == 0 ? Subject.ToString() : $"{Subject}/{Variant}";
}

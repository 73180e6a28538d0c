using System.Globalization;

namespace Cilium.Framework.Rows;

/// <summary>Number of one ingress or egress section of one imported rule, or a built-in reason. Given at import, kept over restarts, never re-used for another rule while the old one may still be in a map.</summary>
/// <param name="Value">The number; below <see cref="FirstRule"/> a built-in reason.</param>
public readonly record struct RuleCookie(uint Value)
{
    /// <summary>No entry decided: denied because nothing matched.</summary>
    public static readonly RuleCookie None = new(0);

    /// <summary>The direction is not enforced for this subject.</summary>
    public static readonly RuleCookie NotEnforced = new(1);

    /// <summary>Traffic from the node itself is allowed (allow-localhost).</summary>
    public static readonly RuleCookie AllowLocalhost = new(2);

    /// <summary>First number that is given to a rule.</summary>
    public const uint FirstRule = 16;

    /// <summary>The number in decimal.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

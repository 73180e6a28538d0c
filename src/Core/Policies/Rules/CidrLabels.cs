using Cilium.Framework.Labels;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Policies.Rules;

/// <summary>Labels of a prefix's identity.</summary>
internal static class CidrLabels
{
    /// <summary><c>cidr:PREFIX</c>, and a part of the world.</summary>
    public static LabelSet Of(IpPrefix prefix) => LabelSet.Create([new Label(Label.CidrSource, prefix.ToString()), new Label(Label.ReservedSource, "world")]);

    /// <summary>The prefix that an identity's labels name.</summary>
    public static bool TryGetPrefix(LabelSet labels, out IpPrefix prefix)
    {
        foreach (var label in labels)
        {
            if (label.Source == Label.CidrSource)
                return IpPrefix.TryParse(label.Key, out prefix);
        }

        prefix = default;
        return false;
    }
}

using System.Runtime.CompilerServices;
using System.Text;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct policy_name</c>: the variant of a policy, for the agent after a restart (bpf/lib/policy.h).</summary>
internal struct PolicyName
{
    public Characters Variant;

    public static PolicyName From(string variant)
    {
        PolicyName name = default;
        Encoding.ASCII.GetBytes(variant, name.Variant);
        return name;
    }

    public override readonly string ToString() => Encoding.ASCII.GetString(Variant).TrimEnd('\0');

    [InlineArray(64)]
    public struct Characters
    {
        private byte _first;
    }
}

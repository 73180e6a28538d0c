using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct policy_header</c> (bpf/lib/policy.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PolicyHeader
{
    public ulong Word;
    public uint Subject;
    public uint ChangedAt;

    /// <summary>Where the entries of the policy stand; 0: not realised.</summary>
    public readonly uint Slot => (uint)Word;

    /// <summary>Wildcards in use.</summary>
    public readonly PolicyShapes Shapes => (PolicyShapes)(Word >> 32);

    public static ulong MakeWord(uint slot, PolicyShapes shapes) => slot | ((ulong)shapes << 32);
}

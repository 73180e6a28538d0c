using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bench;

/// <summary><c>struct template</c> of bpf/shim.c.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FrameTemplate
{
    public const int Bytes = 96;

    public Octets Frame;
    public uint Mark;
    public uint Port;
    public uint First;
    public uint Last;

    [InlineArray(Bytes)]
    public struct Octets
    {
        private byte _first;
    }
}

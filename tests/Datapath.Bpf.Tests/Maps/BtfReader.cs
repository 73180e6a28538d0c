using Cilium.Framework.Datapath.Bpf.Native;

namespace Cilium.Framework.Datapath.Bpf.Tests.Maps;

/// <summary>Reads structs from an object's type information (linux/btf.h).</summary>
internal static unsafe class BtfReader
{
    private const uint StructKind = 4;

    /// <returns>Size and members, or null when the object does not know the struct.</returns>
    public static (uint Size, IReadOnlyList<(string Name, uint Offset)> Members)? Read(BpfObject opened, string name)
    {
        var btf = opened.Btf;
        var id = LibBpf.FindType(btf, name, StructKind);
        if (id < 0)
            return null;
        // struct btf_type: name_off, info, size; then members of name_off, type, bit offset.
        var type = (uint*)LibBpf.TypeById(btf, (uint)id);
        var count = type[1] & 0xffff;
        var members = new List<(string, uint)>();
        for (var i = 0; i < count; i++)
        {
            var member = type + 3 + (3 * i);
            members.Add((LibBpf.BtfName(btf, member[0]), member[2] / 8));
        }

        return (type[2], members);
    }
}

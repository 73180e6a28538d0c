using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cilium.Framework.Datapath.Bpf.Conntrack;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Native;

namespace Cilium.Framework.Datapath.Bpf.Tests.Maps;

/// <summary>Structs of C# and of the programs are the same, octet for octet, as the compiled objects' type information says.</summary>
[Trait("Needs", "Root")]
public sealed class LayoutTests
{
    public static TheoryData<Type, string> Mirrors => new()
    {
        { typeof(RevisionValue), "revision" },
        { typeof(WireAddress), "address" },
        { typeof(EndpointValue), "endpoint" },
        { typeof(EndpointName), "endpoint_name" },
        { typeof(LocalKey), "local_key" },
        { typeof(IpCacheKey), "ipcache_key" },
        { typeof(IpCacheValue), "ipcache_value" },
        { typeof(PolicyHeader), "policy_header" },
        { typeof(PolicyName), "policy_name" },
        { typeof(PolicyEntryKey), "policy_key" },
        { typeof(PolicyEntryValue), "policy_value" },
        { typeof(PolicyCounter), "policy_counter" },
        { typeof(ConntrackKey4), "ct_key4" },
        { typeof(ConntrackKey6), "ct_key6" },
        { typeof(ConntrackSide), "ct_side" },
        { typeof(ConntrackValue), "ct_value" },
        { typeof(MoveRequest), "move" },
        { typeof(MetricValue), "metric" },
        { typeof(EventRecord), "event" },
        { typeof(EventsLost), "events_lost" },
        { typeof(DatapathConfig), "datapath_config" },
        { typeof(CollectRequest), "collect" },
        { typeof(InsertRequest), "insert" },
        { typeof(RemoveRequest), "remove" },
        { typeof(ConntrackInfo), "ct_info" },
    };

    /// <summary>They have a number of their own: connections of older layouts are moved.</summary>
    private static readonly string[] OfConnections = ["ct_key4", "ct_key6", "ct_side", "ct_value"];

    [Theory]
    [MemberData(nameof(Mirrors))]
    public void A_struct_has_the_names_offsets_and_size_of_its_C_twin(Type mirror, string name)
    {
        Require.Bpf();
        var found = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "bpf"), "*.o").Select(path => Read(path, name)).OfType<(uint Size, IReadOnlyList<(string Name, uint Offset)> Members)>().ToArray();

        Assert.NotEmpty(found);
        Assert.All(found, twin =>
        {
            Assert.Equal((int)twin.Size, SizeOf(mirror));
            Assert.Equal(Expand(twin.Members), Fields(mirror));
        });
    }

    [Fact]
    public void The_layouts_number_grows_with_every_change()
    {
        Require.Bpf();
        var digest = DigestOf(Mirrors.Select(row => row.Data.Item2).Except(OfConnections));

        Assert.True(digest == DatapathLayout.Digest, $"A struct that is pinned has changed: raise DatapathLayout.Version (if {DatapathLayout.Version} was ever released) and set Digest to \"{digest}\".");
    }

    [Fact]
    public void The_number_of_the_connections_layout_grows_with_every_change()
    {
        Require.Bpf();
        var (digest, number) = (DigestOf(OfConnections), ConntrackLayout.Of(Path.Combine(AppContext.BaseDirectory, "bpf")));

        Assert.True(digest == ConntrackLayout.Digest, $"A struct of connections has changed: raise CT_LAYOUT and write how connections of layout {number} are moved (bpf/lib/conntrack_layout.h; if {number} was ever released), and set ConntrackLayout.Digest to \"{digest}\".");
    }

    private static string DigestOf(IEnumerable<string> structs)
    {
        var objects = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "bpf"), "*.o").Order(StringComparer.Ordinal).ToArray();
        var lines = structs.Order(StringComparer.Ordinal).Select(name =>
        {
            var (size, members) = objects.Select(path => Read(path, name)).OfType<(uint Size, IReadOnlyList<(string Name, uint Offset)> Members)>().First();
            return $"{name} {size} {string.Join(' ', members.Select(member => $"{member.Name}@{member.Offset}"))}";
        });
        return Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines))))[..16];
    }

    private static (uint, IReadOnlyList<(string, uint)>)? Read(string path, string name)
    {
        using var opened = BpfObject.Open(path, "/nowhere");
        return BtfReader.Read(opened, name);
    }

    // word[4] is Word0..Word3 in C#; only the first of an array has an offset of its own there.
    private static IEnumerable<(string Name, uint Offset)> Expand(IEnumerable<(string Name, uint Offset)> members) =>
        members.Select(member => (member.Name.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant(), member.Offset));

    private static IEnumerable<(string Name, uint Offset)> Fields(Type mirror) =>
        mirror.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(field => (Name: field.Name.ToLowerInvariant(), Offset: (uint)Marshal.OffsetOf(mirror, field.Name)))
            .Where(field => !char.IsAsciiDigit(field.Name[^1]) || field.Name[^1] == '0' || IsPlain(field.Name))
            .Select(field => (field.Name is [.. var stem, '0'] ? stem : field.Name, field.Offset));

    private static bool IsPlain(string name) => name is "ipv4" or "ipv6" or "tunnelendpoint6" or "conntracksets4" or "conntracksets6" or "previoussets4" or "previoussets6";

    private static int SizeOf(Type type) => (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;
}

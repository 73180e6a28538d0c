using System.Buffers.Binary;
using System.Security.Cryptography;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Native;

namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary>In what the programs keep connections, and how many.</summary>
/// <param name="IsTable">The table of our own; else a hash of the kernel.</param>
/// <param name="Connections4">Connections of IPv4 for which there is room.</param>
/// <param name="Connections6">The same of IPv6.</param>
/// <param name="Seed">Of the table's hash.</param>
internal readonly record struct ConntrackShape(bool IsTable, uint Connections4, uint Connections6, ulong Seed)
{
    public const string Info = "cilium_ct_info";
    public const string Hash4 = "cilium_ct4", Hash6 = "cilium_ct6";
    public const string Sets4 = "cilium_ct_set4", Sets6 = "cilium_ct_set6", Tags4 = "cilium_ct_tag4", Tags6 = "cilium_ct_tag6";

    private const uint Ways = 8;

    /// <summary>Slots per connection. At this fill one insertion in about 5,000 finds both its sets full (measured with 1,024 connections, FullTableTests).</summary>
    public const double SlotsPerConnection = 1.3;

    /// <summary>What is pinned decides how connections are kept; the settings, when nothing is pinned.</summary>
    public static ConntrackShape Choose(string bpffs, BpfSettings settings, bool ipv4, bool ipv6)
    {
        var (table, seed) = Pinned(bpffs) is { } pinned ? (pinned.Table != 0, pinned.Seed) : (settings.ConntrackTable, NewSeed());
        return new(table, ipv4 ? settings.ConntrackMax : 0, ipv6 ? settings.ConntrackMax : 0, seed);
    }

    /// <summary>How the pinned connections are kept; null when none are.</summary>
    public static unsafe ConntrackInfo? Pinned(string bpffs)
    {
        using var map = BpfDescriptor.OpenPinned(Path.Combine(bpffs, Info));
        if (map is null)
            return null;
        ConntrackInfo info;
        uint zero = 0;
        // A seed is never zero: then a process was killed before it wrote it, and no connection was kept yet.
        return LibBpf.Lookup(map, &zero, &info) == 0 && info.Seed != 0 ? info : null;
    }

    /// <summary>Writes down how connections are kept, for whoever finds them pinned.</summary>
    public unsafe void Remember(string bpffs)
    {
        if (Pinned(bpffs) is not null)
            return;
        using var map = BpfDescriptor.OpenPinned(Path.Combine(bpffs, Info))!;
        var info = new ConntrackInfo { Seed = Seed, Table = IsTable ? 1u : 0 };
        uint zero = 0;
        if (LibBpf.Update(map, &zero, &info, 0) is < 0 and var error)
            throw BpfErrors.Failed(error, $"write {Info}");
    }

    /// <summary>Entries that a map has or, when it is not pinned or <see cref="IsUnused">unused</see>, will have.</summary>
    public uint ActualEntriesOf(string map, string bpffs)
    {
        using var pinned = BpfDescriptor.OpenPinned(Path.Combine(bpffs, map));
        return pinned is null || IsUnused(map, pinned) ? EntriesOf(map) : KernelMap.Of(pinned.Value).MaxEntries;
    }

    /// <summary>True when a map was made for nothing to be kept in it: it may be replaced by a larger one.</summary>
    public bool IsUnused(string map, BpfDescriptor pinned) => EntriesOf(map) > 1 && KernelMap.Of(pinned.Value).MaxEntries == 1;

    /// <summary>Entries of a map of this shape; 0 for a map that has nothing to do with it. What is not in use has one.</summary>
    public uint EntriesOf(string map) => map switch
    {
        Hash4 => IsTable ? 1 : Math.Max(1, Connections4),
        Hash6 => IsTable ? 1 : Math.Max(1, Connections6),
        Sets4 or Tags4 => IsTable ? Sets(Connections4) : 1,
        Sets6 or Tags6 => IsTable ? Sets(Connections6) : 1,
        _ => 0,
    };

    private static uint Sets(uint connections) => Math.Max(1, (uint)Math.Ceiling(connections * SlotsPerConnection / Ways));

    private static ulong NewSeed()
    {
        Span<byte> random = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(random);
        return BinaryPrimitives.ReadUInt64LittleEndian(random) | 1;
    }
}

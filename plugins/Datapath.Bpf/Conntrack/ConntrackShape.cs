using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Native;

namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary>In what the programs keep connections, and how many.</summary>
/// <param name="IsTable">The table of our own; else a hash of the kernel.</param>
/// <param name="Connections4">Connections of IPv4 for which there is room.</param>
/// <param name="Connections6">The same of IPv6.</param>
/// <param name="Seed">Of the table's hash.</param>
/// <param name="Layout">Number of what lies where (<see cref="ConntrackLayout"/>).</param>
/// <param name="IsAutomatic">The numbers of connections follow from the machine's memory, not from a setting.</param>
internal readonly record struct ConntrackShape(bool IsTable, uint Connections4, uint Connections6, ulong Seed, uint Layout, bool IsAutomatic)
{
    public const string Info = "cilium_ct_info";
    public const string Hash4 = "cilium_ct4", Hash6 = "cilium_ct6";
    public const string Sets4 = "cilium_ct_set4", Sets6 = "cilium_ct_set6", Tags4 = "cilium_ct_tag4", Tags6 = "cilium_ct_tag6";

    private const uint Ways = 8;

    /// <summary>A size that follows from the memory is not worth moving connections while it is so near: a machine's memory may change a little from start to start.</summary>
    private const double NearEnough = 0.25;

    /// <summary>Slots per connection. At this fill one insertion in about 5,000 finds both its sets full (measured with 1,024 connections, FullTableTests).</summary>
    public const double SlotsPerConnection = 1.3;

    /// <summary>What the settings say, with a seed of its own.</summary>
    public static ConntrackShape Wanted(BpfSettings settings, bool ipv4, bool ipv6, uint layout) =>
        new(settings.ConntrackTable, ipv4 ? settings.ConntrackMax : 0, ipv6 ? settings.ConntrackMax : 0, NewSeed(), layout, settings.ConntrackMaxIsAutomatic);

    /// <summary>Makes way for this shape: a container of another kind, size or layout is set apart.</summary>
    /// <returns>This shape; with the seed of the container that stays, if it stays.</returns>
    public ConntrackShape Settle(string bpffs)
    {
        ConntrackPins.Finish(bpffs);
        if (Pinned(bpffs) is { } pinned)
        {
            if (!Differs(pinned, bpffs))
                return this with { Seed = pinned.Seed };
            ConntrackPins.SetApart(bpffs);
        }
        else if (File.Exists(Path.Combine(bpffs, Info)))
        {
            ConntrackPins.DeleteUnused(bpffs);
        }

        return this;
    }

    /// <summary>How the connections that are pinned in a folder are kept; null when none are.</summary>
    public static unsafe ConntrackInfo? Pinned(string folder)
    {
        using var map = BpfDescriptor.OpenPinned(Path.Combine(folder, Info));
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
        var info = new ConntrackInfo { Seed = Seed, Table = IsTable ? 1u : 0, Layout = Layout };
        uint zero = 0;
        if (LibBpf.Update(map, &zero, &info, 0) is < 0 and var error)
            throw BpfErrors.Failed(error, $"write {Info}");
    }

    /// <summary>Entries that a map has or, when it is not pinned or <see cref="IsUnused">unused</see>, will have.</summary>
    public uint ActualEntriesOf(string map, string bpffs) => SizeOf(map, bpffs) is { } size && !IsUnused(map, size) ? size : EntriesOf(map);

    /// <summary>True when a map was made for nothing to be kept in it: it may be replaced by a larger one.</summary>
    public bool IsUnused(string map, uint size) => EntriesOf(map) > 1 && size == 1;

    /// <summary>Entries of a map of this shape; 0 for a map that has nothing to do with it. What is not in use has one.</summary>
    public uint EntriesOf(string map) => map switch
    {
        Hash4 => IsTable ? 1 : Math.Max(1, Connections4),
        Hash6 => IsTable ? 1 : Math.Max(1, Connections6),
        Sets4 or Tags4 => IsTable ? Sets(Connections4) : 1,
        Sets6 or Tags6 => IsTable ? Sets(Connections6) : 1,
        _ => 0,
    };

    public override string ToString() => Describe(IsTable, Layout);

    /// <summary>In words: "the table of our own (layout 1)".</summary>
    public static string Describe(bool isTable, uint layout) =>
        string.Create(CultureInfo.InvariantCulture, $"{(isTable ? "the table of our own" : "the kernel's hash")} (layout {layout})");

    private static uint Sets(uint connections) => Math.Max(1, (uint)Math.Ceiling(connections * SlotsPerConnection / Ways));

    private static uint? SizeOf(string map, string bpffs)
    {
        using var pinned = BpfDescriptor.OpenPinned(Path.Combine(bpffs, map));
        return pinned is null ? null : KernelMap.Of(pinned.Value).MaxEntries;
    }

    private bool Differs(ConntrackInfo pinned, string bpffs) =>
        pinned.Table != 0 != IsTable || pinned.Layout != Layout || HasOtherSize(IsTable ? Sets4 : Hash4, bpffs) || HasOtherSize(IsTable ? Sets6 : Hash6, bpffs);

    // What only one of both has room for is the container of a family that is switched off: nothing to move.
    private bool HasOtherSize(string map, string bpffs)
    {
        var wanted = EntriesOf(map);
        if (wanted <= 1 || SizeOf(map, bpffs) is not (> 1 and var size))
            return false;
        return IsAutomatic ? Math.Abs(((double)size / wanted) - 1) > NearEnough : size != wanted;
    }

    private static ulong NewSeed()
    {
        Span<byte> random = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(random);
        return BinaryPrimitives.ReadUInt64LittleEndian(random) | 1;
    }
}

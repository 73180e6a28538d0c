using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Native;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Datapath.Bpf.Programs;

/// <summary>The programs of the datapath, each loaded once for the whole node and pinned.</summary>
internal sealed partial class ProgramSet : IDisposable
{
    public const string FromEndpoint = "from_endpoint";
    public const string ToEndpoint = "to_endpoint";
    public const string FromHost = "from_host";
    public const string FromNetdev = "from_netdev";
    public const string Clock = "clock";
    public const string Collect = "collect";
    public const string Insert = "insert";
    public const string Remove = "remove";

    /// <summary>Programs that are attached somewhere; filters that carry another name are not ours.</summary>
    public static readonly string[] Attached = [FromEndpoint, ToEndpoint, FromHost, FromNetdev];

    private static readonly string[] All = [.. Attached, Clock, Collect, Insert, Remove];

    private readonly Dictionary<string, LoadedProgram> _programs = [];

    private ProgramSet()
    {
    }

    public LoadedProgram this[string name] => _programs[name];

    /// <summary>Loads the objects. One that is pinned already in the same build, with the same constants, is kept as it is.</summary>
    /// <param name="objects">Folder of the compiled objects.</param>
    /// <param name="bpffs">Where maps and programs are pinned.</param>
    public static ProgramSet Load(string objects, string bpffs, DatapathConfig config, ProgramSizes sizes, ILogger logger)
    {
        var set = new ProgramSet();
        try
        {
            foreach (var name in All)
                set._programs[name] = LoadOne(Path.Combine(objects, name + ".o"), bpffs, name, config, sizes, logger);
            return set;
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    /// <summary>Where a program is pinned.</summary>
    public static string PinOf(string bpffs, string name) => Path.Combine(bpffs, "prog_" + name);

    public void Dispose()
    {
        foreach (var program in _programs.Values)
            program.Descriptor.Dispose();
    }

    private static LoadedProgram LoadOne(string path, string bpffs, string name, DatapathConfig config, ProgramSizes sizes, ILogger logger)
    {
        if (!File.Exists(path))
            throw new Errors.CiliumException(Errors.ErrorKind.Internal, $"The BPF object {path} is missing: the plugin's folder is not complete. Install it again.");
        using var opened = BpfObject.Open(path, bpffs);
        var mapsWerePinned = SizeMaps(opened, bpffs, sizes, logger);
        opened.Configure(config);
        opened.Load();
        RestrictPins(bpffs);

        var built = KernelProgram.Of(opened.Program().Descriptor);
        var pin = PinOf(bpffs, name);
        if (mapsWerePinned && KeepPinned(pin, built, PinnedMaps(opened), config) is { } kept)
            return kept;
        if (Attached.Contains(name))
            OwnPrograms.KeepKnown(pin);
        Replace(pin, opened.Program().Descriptor);
        foreach (var (mapName, map) in opened.Maps())
        {
            if (BpfObject.IsConstants(mapName))
                Replace(pin + "_config", LibBpf.MapDescriptor(map));
        }

        return new(name, BpfDescriptor.OpenPinned(pin)!, built, Changed: true);
    }

    private static HashSet<uint> PinnedMaps(BpfObject opened) =>
        [.. opened.Maps().Where(map => LibBpf.MapPinPath(map.Map) != 0).Select(map => KernelMap.Of(LibBpf.MapDescriptor(map.Map)).Id)];

    // The same program on other maps is another one: a pin may have been lost, and made again for a program that was loaded before this one.
    private static unsafe LoadedProgram? KeepPinned(string pin, KernelProgram built, HashSet<uint> maps, DatapathConfig config)
    {
        var pinned = BpfDescriptor.OpenPinned(pin);
        if (pinned is null)
            return null;
        var program = KernelProgram.Of(pinned.Value);
        if (program.Tag == built.Tag && maps.Intersect(program.Maps).ToHashSet().SetEquals(maps.Intersect(built.Maps)) && HasConstants(pin, config))
            return new(program.Name, pinned, program, Changed: false);
        pinned.Dispose();
        return null;
    }

    private static unsafe bool HasConstants(string pin, DatapathConfig config)
    {
        using var constants = BpfDescriptor.OpenPinned(pin + "_config");
        if (constants is null)
            return !File.Exists(pin + "_config");
        if (KernelMap.Of(constants.Value).ValueSize != sizeof(DatapathConfig))
            return false;
        DatapathConfig value;
        uint zero = 0;
        return LibBpf.Lookup(constants, &zero, &value) == 0
            && new ReadOnlySpan<byte>(&value, sizeof(DatapathConfig)).SequenceEqual(new ReadOnlySpan<byte>(&config, sizeof(DatapathConfig)));
    }

    // A map that is pinned keeps the size it has: another size would mean to lose its content.
    private static bool SizeMaps(BpfObject opened, string bpffs, ProgramSizes sizes, ILogger logger)
    {
        var allPinned = true;
        foreach (var (name, map) in opened.Maps())
        {
            if (LibBpf.MapPinPath(map) == 0)
                continue;
            var wanted = sizes.Of(name);
            var pin = Path.Combine(bpffs, name);
            using var pinned = BpfDescriptor.OpenPinned(pin);
            if (pinned is not null && sizes.Conntrack.IsUnused(name, pinned))
            {
                File.Delete(pin);
                allPinned = false;
            }
            else if (pinned is not null)
            {
                var size = KernelMap.Of(pinned.Value).MaxEntries;
                if (wanted != 0 && wanted != size)
                    Log.SizeKept(logger, name, size, wanted);
                wanted = size;
            }

            allPinned &= pinned is not null;
            if (wanted != 0 && LibBpf.SetMapMaxEntries(map, wanted) is < 0 and var error)
                throw BpfErrors.Failed(error, $"set the size of {name} to {wanted}");
        }

        return allPinned;
    }

    private static void RestrictPins(string bpffs)
    {
        foreach (var pin in Directory.EnumerateFiles(bpffs))
            File.SetUnixFileMode(pin, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static void Replace(string path, int descriptor)
    {
        var fresh = path + "_new";
        File.Delete(fresh);
        var result = LibBpf.Pin(descriptor, fresh);
        if (result < 0)
            throw BpfErrors.Failed(result, $"pin {fresh}");
        File.SetUnixFileMode(fresh, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(fresh, path, overwrite: true);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The map {Map} keeps its size {Size} although {Wanted} is configured: it holds live state. It gets the new size after `cilium cleanup`.")]
        public static partial void SizeKept(ILogger logger, string map, uint size, uint wanted);
    }
}

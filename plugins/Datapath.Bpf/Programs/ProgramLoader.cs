using Cilium.Framework.Datapath.Bpf.Conntrack;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Native;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Datapath.Bpf.Programs;

/// <summary>Brings compiled objects into the kernel.</summary>
/// <param name="objects">Their folder.</param>
/// <param name="bpffs">Where maps and programs are pinned.</param>
/// <param name="config">Constants of the programs.</param>
/// <param name="sizes">Of their maps.</param>
internal sealed partial class ProgramLoader(string objects, string bpffs, DatapathConfig config, ProgramSizes sizes, ILogger logger)
{
    /// <summary>Loads a program and pins it. One that is pinned already in the same build, with the same constants, is kept as it is.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="previous">Where it looks for connections that it does not find; null: nowhere.</param>
    public LoadedProgram Load(string name, PreviousConnections? previous)
    {
        var constants = previous?.Configure(config) ?? config;
        using var opened = Open(name, previous, constants, out var mapsWerePinned);
        var built = KernelProgram.Of(opened.Program().Descriptor);
        var pin = ProgramSet.PinOf(bpffs, name);
        if (mapsWerePinned && KeepPinned(pin, built, SharedMaps(opened, previous), constants) is { } kept)
            return kept;
        if (ProgramSet.Attached.Contains(name))
            OwnPrograms.KeepKnown(pin);
        Replace(pin, opened.Program().Descriptor);
        foreach (var (mapName, map) in opened.Maps())
        {
            if (BpfObject.IsConstants(mapName))
                Replace(pin + "_config", LibBpf.MapDescriptor(map));
        }

        return new(name, BpfDescriptor.OpenPinned(pin)!, built, Changed: true);
    }

    /// <summary>Loads a program that ends with this process.</summary>
    public BpfDescriptor LoadUnpinned(string name, PreviousConnections previous)
    {
        using var opened = Open(name, previous, previous.Configure(config), out _);
        return BpfDescriptor.Duplicate(opened.Program().Descriptor);
    }

    /// <summary>Opens a compiled program.</summary>
    /// <exception cref="Errors.CiliumException">It is not there.</exception>
    public static BpfObject OpenObject(string objects, string name, string bpffs)
    {
        var path = Path.Combine(objects, name + ".o");
        return File.Exists(path) ? BpfObject.Open(path, bpffs) : throw new Errors.CiliumException(Errors.ErrorKind.Internal, $"The BPF object {path} is missing: the plugin's folder is not complete. Install it again.");
    }

    private BpfObject Open(string name, PreviousConnections? previous, DatapathConfig constants, out bool mapsWerePinned)
    {
        var opened = OpenObject(objects, name, bpffs);
        try
        {
            mapsWerePinned = SizeMaps(opened);
            PlacePrevious(opened, previous);
            opened.Configure(constants);
            opened.Load();
            RestrictPins();
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    // What no program may reach is not made: the verifier has taken away the code that names it.
    private static void PlacePrevious(BpfObject opened, PreviousConnections? previous)
    {
        foreach (var (name, map) in opened.Maps().Where(map => map.Name.StartsWith(PreviousConnections.Prefix, StringComparison.Ordinal)))
        {
            var result = previous?.MapOf(name) is { } pinned ? LibBpf.ReuseMap(map, pinned.Value) : LibBpf.SetMapAutoCreate(map, false);
            if (result < 0)
                throw BpfErrors.Failed(result, $"give the programs the map {name}");
        }
    }

    private static HashSet<uint> SharedMaps(BpfObject opened, PreviousConnections? previous) =>
        [.. opened.Maps().Where(map => LibBpf.MapPinPath(map.Map) != 0 || previous?.MapOf(map.Name) is not null).Select(map => KernelMap.Of(LibBpf.MapDescriptor(map.Map)).Id)];

    // The same program on other maps is another one: a pin may have been lost, and made again for a program that was loaded before this one.
    private static LoadedProgram? KeepPinned(string pin, KernelProgram built, HashSet<uint> maps, DatapathConfig constants)
    {
        var pinned = BpfDescriptor.OpenPinned(pin);
        if (pinned is null)
            return null;
        var program = KernelProgram.Of(pinned.Value);
        if (program.Tag == built.Tag && maps.Intersect(program.Maps).ToHashSet().SetEquals(maps.Intersect(built.Maps)) && HasConstants(pin, constants))
            return new(program.Name, pinned, program, Changed: false);
        pinned.Dispose();
        return null;
    }

    private static unsafe bool HasConstants(string pin, DatapathConfig wanted)
    {
        using var constants = BpfDescriptor.OpenPinned(pin + "_config");
        if (constants is null)
            return !File.Exists(pin + "_config");
        if (KernelMap.Of(constants.Value).ValueSize != sizeof(DatapathConfig))
            return false;
        DatapathConfig value;
        uint zero = 0;
        return LibBpf.Lookup(constants, &zero, &value) == 0
            && new ReadOnlySpan<byte>(&value, sizeof(DatapathConfig)).SequenceEqual(new ReadOnlySpan<byte>(&wanted, sizeof(DatapathConfig)));
    }

    // A map that is pinned keeps the size it has: another size would mean to lose its content. Connections move; see ConntrackShape.
    private bool SizeMaps(BpfObject opened)
    {
        var allPinned = true;
        foreach (var (name, map) in opened.Maps())
        {
            if (LibBpf.MapPinPath(map) == 0)
                continue;
            var wanted = sizes.Of(name);
            var pin = Path.Combine(bpffs, name);
            using var pinned = BpfDescriptor.OpenPinned(pin);
            if (pinned is not null && sizes.Conntrack.IsUnused(name, KernelMap.Of(pinned.Value).MaxEntries))
            {
                File.Delete(pin);
                allPinned = false;
            }
            else if (pinned is not null)
            {
                var size = KernelMap.Of(pinned.Value).MaxEntries;
                if (wanted != 0 && wanted != size && sizes.Conntrack.EntriesOf(name) == 0)
                    Log.SizeKept(logger, name, size, wanted);
                wanted = size;
            }

            allPinned &= pinned is not null;
            if (wanted != 0 && LibBpf.SetMapMaxEntries(map, wanted) is < 0 and var error)
                throw BpfErrors.Failed(error, $"set the size of {name} to {wanted}");
        }

        return allPinned;
    }

    private void RestrictPins()
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

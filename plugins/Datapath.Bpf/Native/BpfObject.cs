using System.Runtime.InteropServices;
using System.Text;
using Cilium.Framework.Datapath.Bpf.Maps;
using Microsoft.Win32.SafeHandles;

namespace Cilium.Framework.Datapath.Bpf.Native;

/// <summary>A compiled object file: opened, adjusted, loaded.</summary>
internal sealed unsafe class BpfObject : SafeHandleZeroOrMinusOneIsInvalid
{
    private const int LogBytes = 1 << 20;
    private const int LogTail = 4000;

    private readonly string _path;
    private nint _log;

    private BpfObject(string path)
        : base(ownsHandle: true) => _path = path;

    /// <summary>Opens an object whose maps are pinned by name under a folder. Nothing reaches the kernel yet.</summary>
    public static BpfObject Open(string path, string pinFolder)
    {
        var opened = new BpfObject(path);
        opened._log = Marshal.AllocHGlobal(LogBytes);
        *(byte*)opened._log = 0;
        fixed (byte* pins = Encoding.UTF8.GetBytes(pinFolder + '\0'))
        {
            var options = new ObjectOpenOptions { Size = (nuint)sizeof(ObjectOpenOptions), PinRootPath = pins, KernelLog = (byte*)opened._log, KernelLogSize = LogBytes };
            var pointer = LibBpf.OpenObject(path, &options);
            if (pointer == 0)
                throw BpfErrors.Failed(-Marshal.GetLastPInvokeError(), $"read the BPF object {path}");
            opened.SetHandle(pointer);
        }

        return opened;
    }

    /// <summary>The maps of the object, by name.</summary>
    public IEnumerable<(string Name, nint Map)> Maps()
    {
        for (var map = LibBpf.NextMap(this, 0); map != 0; map = LibBpf.NextMap(this, map))
            yield return (LibBpf.MapName(map), map);
    }

    /// <summary>Its type information.</summary>
    public nint Btf => LibBpf.ObjectBtf(this);

    /// <summary>Name and descriptor of its only program. The descriptor belongs to the object.</summary>
    public (string Name, int Descriptor) Program()
    {
        var program = LibBpf.NextProgram(this, 0);
        return (LibBpf.ProgramName(program), LibBpf.ProgramDescriptor(program));
    }

    /// <summary>Writes the constants of the object, if it has any.</summary>
    public void Configure(in DatapathConfig config)
    {
        if (ConstantsMemory() is var memory && memory != null)
            *memory = config;
    }

    /// <summary>The constants as the compiler left them.</summary>
    public DatapathConfig Constants() =>
        ConstantsMemory() is var memory && memory != null ? *memory : throw new Errors.CiliumException(Errors.ErrorKind.Internal, $"BPF object {_path} has no constants. It belongs to another version of this plugin.");

    /// <summary>Gives the object to the kernel.</summary>
    /// <exception cref="Errors.CiliumException">The kernel refused; the text ends with what the verifier said.</exception>
    public void Load()
    {
        var result = LibBpf.LoadObject(this);
        if (result == 0)
            return;
        var log = Marshal.PtrToStringUTF8(_log) ?? "";
        var tail = log.Length > LogTail ? log[^LogTail..] : log;
        throw BpfErrors.Failed(result, $"load the BPF object {_path}", tail.Length == 0 ? null : $"The verifier said:{Environment.NewLine}{tail}");
    }

    /// <summary>True for the map of the object's constants.</summary>
    public static bool IsConstants(string mapName) => mapName.EndsWith(".rodata.config", StringComparison.Ordinal) || mapName.EndsWith(".rodata.conf", StringComparison.Ordinal);

    private DatapathConfig* ConstantsMemory()
    {
        foreach (var (name, map) in Maps())
        {
            if (!IsConstants(name))
                continue;
            nuint size;
            var value = LibBpf.MapInitialValue(map, &size);
            if (value == 0 || size < (nuint)sizeof(DatapathConfig))
                throw new Errors.CiliumException(Errors.ErrorKind.Internal, $"BPF object {_path}: its constants have {size} bytes instead of {sizeof(DatapathConfig)}. It belongs to another version of this plugin.");
            return (DatapathConfig*)value;
        }

        return null;
    }

    protected override bool ReleaseHandle()
    {
        LibBpf.CloseObject(handle);
        Marshal.FreeHGlobal(_log);
        return true;
    }
}

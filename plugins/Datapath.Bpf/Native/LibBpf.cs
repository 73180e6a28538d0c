using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Native;

/// <summary>libbpf 1.1 or newer, as the distribution ships it. Calls give zero or a descriptor, or minus an errno.</summary>
internal static unsafe partial class LibBpf
{
    private const string Library = "libbpf.so.1";

    // libbpf writes to stderr otherwise; what matters is in the exceptions.
    static LibBpf() => SetPrint(0);

    [LibraryImport(Library, EntryPoint = "libbpf_set_print")]
    private static partial nint SetPrint(nint function);

    [LibraryImport(Library, EntryPoint = "bpf_object__open_file", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial nint OpenObject(string path, ObjectOpenOptions* options);

    [LibraryImport(Library, EntryPoint = "bpf_object__load")]
    public static partial int LoadObject(BpfObject instance);

    [LibraryImport(Library, EntryPoint = "bpf_object__close")]
    public static partial void CloseObject(nint instance);

    [LibraryImport(Library, EntryPoint = "bpf_object__next_map")]
    public static partial nint NextMap(BpfObject instance, nint previous);

    [LibraryImport(Library, EntryPoint = "bpf_object__next_program")]
    public static partial nint NextProgram(BpfObject instance, nint previous);

    [LibraryImport(Library, EntryPoint = "bpf_object__btf")]
    public static partial nint ObjectBtf(BpfObject instance);

    [LibraryImport(Library, EntryPoint = "bpf_map__name")]
    private static partial nint MapNamePointer(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__fd")]
    public static partial int MapDescriptor(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__set_max_entries")]
    public static partial int SetMapMaxEntries(nint map, uint entries);

    [LibraryImport(Library, EntryPoint = "bpf_map__reuse_fd")]
    public static partial int ReuseMap(nint map, int descriptor);

    [LibraryImport(Library, EntryPoint = "bpf_map__set_autocreate")]
    public static partial int SetMapAutoCreate(nint map, [MarshalAs(UnmanagedType.U1)] bool create);

    [LibraryImport(Library, EntryPoint = "bpf_map__initial_value")]
    public static partial nint MapInitialValue(nint map, nuint* size);

    [LibraryImport(Library, EntryPoint = "bpf_program__fd")]
    public static partial int ProgramDescriptor(nint program);

    [LibraryImport(Library, EntryPoint = "bpf_program__name")]
    private static partial nint ProgramNamePointer(nint program);

    [LibraryImport(Library, EntryPoint = "bpf_obj_pin", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Pin(int descriptor, string path);

    [LibraryImport(Library, EntryPoint = "bpf_obj_get", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int GetPinned(string path);

    [LibraryImport(Library, EntryPoint = "bpf_obj_get_info_by_fd")]
    public static partial int GetInfo(int descriptor, void* info, uint* length);

    [LibraryImport(Library, EntryPoint = "bpf_prog_get_fd_by_id")]
    public static partial int GetProgramById(uint id);

    [LibraryImport(Library, EntryPoint = "bpf_map_get_fd_by_id")]
    public static partial int GetMapById(uint id);

    [LibraryImport(Library, EntryPoint = "bpf_link_create")]
    public static partial int CreateLink(int program, int target, int attachType, void* options);

    [LibraryImport(Library, EntryPoint = "bpf_link_update")]
    public static partial int UpdateLink(int link, int program, void* options);

    [LibraryImport(Library, EntryPoint = "bpf_map__pin_path")]
    public static partial nint MapPinPath(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map_lookup_elem")]
    public static partial int Lookup(BpfDescriptor map, void* key, void* value);

    [LibraryImport(Library, EntryPoint = "bpf_map_update_elem")]
    public static partial int Update(BpfDescriptor map, void* key, void* value, ulong flags);

    [LibraryImport(Library, EntryPoint = "bpf_map_delete_elem")]
    public static partial int Delete(BpfDescriptor map, void* key);

    [LibraryImport(Library, EntryPoint = "bpf_map_get_next_key")]
    public static partial int NextKey(BpfDescriptor map, void* key, void* next);

    [LibraryImport(Library, EntryPoint = "bpf_map_lookup_batch")]
    public static partial int LookupBatch(BpfDescriptor map, void* inBatch, void* outBatch, void* keys, void* values, uint* count, void* options);

    [LibraryImport(Library, EntryPoint = "bpf_map_update_batch")]
    public static partial int UpdateBatch(BpfDescriptor map, void* keys, void* values, uint* count, void* options);

    [LibraryImport(Library, EntryPoint = "bpf_map_delete_batch")]
    public static partial int DeleteBatch(BpfDescriptor map, void* keys, uint* count, void* options);

    [LibraryImport(Library, EntryPoint = "bpf_map_freeze")]
    public static partial int Freeze(int map);

    [LibraryImport(Library, EntryPoint = "bpf_prog_test_run_opts")]
    public static partial int TestRun(BpfDescriptor program, TestRunOptions* options);

    [LibraryImport(Library, EntryPoint = "bpf_tc_hook_create")]
    public static partial int CreateHook(TcHook* hook);

    [LibraryImport(Library, EntryPoint = "bpf_tc_attach")]
    public static partial int Attach(TcHook* hook, TcOptions* options);

    [LibraryImport(Library, EntryPoint = "bpf_tc_detach")]
    public static partial int Detach(TcHook* hook, TcOptions* options);

    [LibraryImport(Library, EntryPoint = "bpf_tc_query")]
    public static partial int Query(TcHook* hook, TcOptions* options);

    [LibraryImport(Library, EntryPoint = "btf__find_by_name_kind", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int FindType(nint btf, string name, uint kind);

    [LibraryImport(Library, EntryPoint = "btf__type_by_id")]
    public static partial nint TypeById(nint btf, uint id);

    [LibraryImport(Library, EntryPoint = "btf__name_by_offset")]
    private static partial nint NameByOffset(nint btf, uint offset);

    [LibraryImport(Library, EntryPoint = "btf__resolve_size")]
    public static partial long ResolveSize(nint btf, uint id);

    public static string MapName(nint map) => Marshal.PtrToStringUTF8(MapNamePointer(map))!;

    public static string ProgramName(nint program) => Marshal.PtrToStringUTF8(ProgramNamePointer(program))!;

    public static string BtfName(nint btf, uint offset) => Marshal.PtrToStringUTF8(NameByOffset(btf, offset))!;
}

using System.Runtime.InteropServices;

namespace Cilium.Framework.Agent.Privileges;

/// <summary>Takes away, from every thread and for good, what an initialised agent never does: mostly what CAP_SYS_ADMIN would allow, should it have been left with it.</summary>
/// <remarks>A seccomp filter; refused calls fail with EPERM. x86-64 only, as the packages are: elsewhere nothing is filtered, and a warning says so.</remarks>
internal static unsafe class SystemCallFilter
{
    private const ushort LoadWord = 0x20, JumpIfEqual = 0x15, JumpIfGreaterOrEqual = 0x35, Return = 0x06;
    private const uint OffsetOfNumber = 0, OffsetOfArchitecture = 4;
    private const uint Allow = 0x7fff0000, RefuseWithPermission = 0x00050000 | 1;
    private const uint ArchitectureX64 = 0xc000003e, X32Bit = 0x40000000;
    private const long Seccomp = 317;
    private const nuint SetModeFilter = 1, AllThreads = 1;

    /// <summary>By number on x86-64 (asm/unistd_64.h).</summary>
    private static readonly uint[] Refused =
    [
        165, 166, 155, 161, // mount, umount2, pivot_root, chroot
        428, 429, 430, 431, 432, 433, 442, // open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr
        308, 272, 101, // setns, unshare, ptrace
        310, 311, // process_vm_readv, process_vm_writev
        175, 313, 176, 246, 320, // init_module, finit_module, delete_module, kexec_load, kexec_file_load
        169, 167, 168, 163, // reboot, swapon, swapoff, acct
        170, 171, 179, 443, // sethostname, setdomainname, quotactl, quotactl_fd
        248, 249, 250, // add_key, request_key, keyctl
        298, 300, 301, 304, // perf_event_open, fanotify_init, fanotify_mark, open_by_handle_at
    ];

    /// <summary>Installs it.</summary>
    /// <returns>A warning when it could not be; null otherwise.</returns>
    public static string? Install()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
            return $"System calls are not filtered on {RuntimeInformation.ProcessArchitecture}: only the service manager can do it (SystemCallFilter=).";
        if (Libc.Control(Libc.SetNoNewPrivileges, 1, 0, 0, 0) != 0)
            return $"System calls are not filtered: no_new_privs cannot be set: {Marshal.GetLastPInvokeErrorMessage()}.";
        var program = Program();
        fixed (Instruction* instructions = program)
        {
            var filter = new Filter { Length = (ushort)program.Length, Instructions = instructions };
            var result = Libc.SystemCall(Seccomp, SetModeFilter, AllThreads, &filter);
            return result == 0 ? null : $"System calls are not filtered: the kernel refused: {(result > 0 ? $"thread {result} has another filter" : Marshal.GetLastPInvokeErrorMessage())}.";
        }
    }

    internal static Instruction[] Program()
    {
        var last = (byte)(Refused.Length + 1);
        var program = new List<Instruction>
        {
            new(LoadWord, 0, 0, OffsetOfArchitecture),
            // Another architecture has other numbers: refuse, from the end.
            new(JumpIfEqual, 1, 0, ArchitectureX64),
            new(Return, 0, 0, RefuseWithPermission),
            new(LoadWord, 0, 0, OffsetOfNumber),
            new(JumpIfGreaterOrEqual, last, 0, X32Bit),
        };
        for (var i = 0; i < Refused.Length; i++)
            program.Add(new(JumpIfEqual, (byte)(Refused.Length - i), 0, Refused[i]));
        program.Add(new(Return, 0, 0, Allow));
        program.Add(new(Return, 0, 0, RefuseWithPermission));
        return [.. program];
    }

    /// <summary>struct sock_filter.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Value);

    /// <summary>struct sock_fprog.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Filter
    {
        public ushort Length;

        public Instruction* Instructions;
    }
}

using System.Runtime.InteropServices;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Datapath.Bpf.Native;

/// <summary>What the kernel's refusals mean.</summary>
internal static class BpfErrors
{
    /// <param name="result">Minus an errno.</param>
    /// <param name="what">What failed on which object: "write an entry of cilium_ct4".</param>
    /// <param name="advice">Further sentences, or null.</param>
    public static CiliumException Failed(int result, string what, string? advice = null)
    {
        var kind = KindOf(-result);
        var hint = advice ?? kind switch
        {
            ErrorKind.Denied => "Run as root, or with CAP_BPF and CAP_NET_ADMIN.",
            ErrorKind.Exhausted => "The map is full or the kernel has no memory; make the map larger or remove entries.",
            _ => "",
        };
        return new(kind, $"Cannot {what}: {Marshal.GetPInvokeErrorMessage(-result)} (errno {-result}). {hint}".TrimEnd());
    }

    private static ErrorKind KindOf(int errno) => errno switch
    {
        Errno.NotPermitted or Errno.Access => ErrorKind.Denied,
        Errno.TooBig or Errno.NoMemory or Errno.NoSpace => ErrorKind.Exhausted,
        Errno.NoDevice => ErrorKind.Unavailable,
        Errno.Exists => ErrorKind.Conflict,
        Errno.NotSupported or Errno.OperationNotSupported => ErrorKind.Unsupported,
        _ => ErrorKind.Internal,
    };
}

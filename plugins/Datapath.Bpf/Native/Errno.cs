namespace Cilium.Framework.Datapath.Bpf.Native;

/// <summary>The error numbers that decide something here.</summary>
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int TooBig = 7;
    public const int NoMemory = 12;
    public const int Access = 13;
    public const int Exists = 17;
    public const int NoDevice = 19;
    public const int NotDirectory = 20;
    public const int Invalid = 22;
    public const int NoSpace = 28;
    public const int NotSupported = 524;
    public const int OperationNotSupported = 95;
}

namespace Cilium.Framework.Netlink;

/// <summary>The kernel refused a request.</summary>
/// <param name="errno">Error number of the kernel.</param>
/// <param name="message">What was asked, of which object, and what the kernel said.</param>
public sealed class NetlinkException(int errno, string message) : Exception(message)
{
    /// <summary>The object does not exist (no such device).</summary>
    public const int NoSuchDevice = 19;

    /// <summary>The object does not exist (no such process: routes).</summary>
    public const int NoSuchProcess = 3;

    /// <summary>The object does not exist (no such file or address).</summary>
    public const int NoSuchEntry = 2;

    /// <summary>The object, or what it would belong to, does not exist (invalid argument: filters of a device without clsact).</summary>
    public const int Invalid = 22;

    /// <summary>The address does not exist on the device.</summary>
    public const int AddressNotAvailable = 99;

    /// <summary>The object exists already.</summary>
    public const int Exists = 17;

    /// <summary>The kernel does not know the type of object.</summary>
    public const int NotSupported = 95;

    /// <summary>Error number of the kernel, such as 19 for "no such device".</summary>
    public int Errno { get; } = errno;
}

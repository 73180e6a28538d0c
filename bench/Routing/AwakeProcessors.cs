namespace Cilium.Framework.Routing.Bench;

/// <summary>
/// Keeps idle processors polling as long as it lives, through the kernel's latency request (Documentation/power/pm_qos_interface.rst). A virtual processor that halts
/// must be woken through the hypervisor, which took the sender a third of its time: the way that delivers sooner then wakes more often for the same octets and looks
/// slower, although it costs less.
/// </summary>
internal sealed class AwakeProcessors : IDisposable
{
    private const string Request = "/dev/cpu_dma_latency";

    private readonly FileStream _request;

    private AwakeProcessors(FileStream request) => _request = request;

    /// <summary>Null where the kernel takes no such request.</summary>
    public static AwakeProcessors? TryKeep()
    {
        if (!File.Exists(Request))
            return null;
        var request = new FileStream(Request, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        // Microseconds, an int of the machine.
        request.Write(BitConverter.GetBytes(0));
        return new AwakeProcessors(request);
    }

    public void Dispose() => _request.Dispose();
}

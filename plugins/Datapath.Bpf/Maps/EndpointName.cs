using System.Runtime.CompilerServices;
using System.Text;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct endpoint_name</c>: what the host side of an endpoint's device is called, for the agent after a restart (bpf/lib/endpoint.h).</summary>
internal struct EndpointName
{
    public Characters Device;

    public static EndpointName From(string device)
    {
        EndpointName name = default;
        Encoding.UTF8.TryGetBytes(device, name.Device, out _);
        return name;
    }

    public override readonly string ToString() => Encoding.UTF8.GetString(Device).TrimEnd('\0');

    /// <summary>IFNAMSIZ of the kernel.</summary>
    [InlineArray(16)]
    public struct Characters
    {
        private byte _first;
    }
}

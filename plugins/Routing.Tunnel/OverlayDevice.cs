using Cilium.Framework.Errors;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Routing.Tunnel;

/// <summary>The device that wraps packets as the datapath says for each of them. One that fits is used again, so that a restart loses no packet.</summary>
/// <param name="netlink">The namespace.</param>
/// <param name="settings">Protocol and port.</param>
internal sealed class OverlayDevice(RouteNetlink netlink, TunnelSettings settings)
{
    // What is left of Ethernet's 1500 bytes over either family. The datapath sets the node's own number.
    private const int FirstMtu = 1430;

    // EADDRINUSE, at switching on; EEXIST and EBUSY, at making: another device has the port.
    private const int AddressInUse = 98, Busy = 16;

    // EAFNOSUPPORT: a kernel without IPv6 has no such addresses either.
    private const int NoSuchFamily = 97;

    private string Name => settings.Protocol.Device;

    /// <summary>Makes the device be there, fit, and be up. Idempotent.</summary>
    /// <exception cref="CiliumException">It cannot be; the text says why and what to do.</exception>
    public void Ensure()
    {
        try
        {
            var present = netlink.FindLink(Name);
            if (present is not null && !IsOurs(present))
                throw new CiliumException(ErrorKind.Conflict, $"routing tunnel: there is a device {Name} ({Describe(present)}) already, which is not ours. Another Cilium may run on this machine: stop it, and remove the device (ip link delete {Name}). Nothing was changed.");
            if (present is not null && Fits(present))
                SwitchOn(present.Index);
            else
                Replace(present);
        }
        catch (NetlinkException error)
        {
            throw new CiliumException(error.Errno == NetlinkException.NotSupported ? ErrorKind.Unsupported : ErrorKind.Unavailable, $"routing tunnel: {error.Message}{Advice(error)}", error);
        }
    }

    private void Replace(Link? present)
    {
        // Asked before the old one goes: else the node would be left with none.
        if (Holder() is { } holder)
            throw PortTaken($"device {holder.Name} ({Describe(holder)}) has it", null);
        if (present is not null)
            netlink.DeleteLink(present.Index);
        Create();
        var made = netlink.FindLink(Name) ?? throw new CiliumException(ErrorKind.Unavailable, $"routing tunnel: device {Name} was removed by somebody while it was made. It is tried again.");
        try
        {
            SwitchOn(made.Index);
        }
        catch
        {
            netlink.DeleteLink(made.Index);
            throw;
        }
    }

    private void Create()
    {
        var tunnel = new MetadataTunnel { Name = Name, Port = settings.Port, Mtu = FirstMtu };
        try
        {
            if (settings.Protocol.Encapsulation == Encapsulation.Geneve)
                netlink.CreateGeneve(tunnel);
            else
                netlink.CreateVxlan(tunnel);
        }
        catch (NetlinkException error) when (error.Errno is NetlinkException.Exists or Busy)
        {
            throw PortTaken(error.Message, error);
        }
    }

    // The mark comes before the switch: a device of our name that is down, bare of words and like ours is one whose maker was interrupted in between.
    private void SwitchOn(int ifIndex)
    {
        WithoutLinkLocalAddress(ifIndex);
        netlink.SetAlias(ifIndex, PlannedDevice.OwnAlias);
        try
        {
            netlink.SetUp(ifIndex);
        }
        catch (NetlinkException error) when (error.Errno == AddressInUse)
        {
            throw PortTaken(Holder() is { } holder ? $"device {holder.Name} ({Describe(holder)}) has it" : $"a program has it (ss -lunp sport = :{settings.Port} names it)", error);
        }
    }

    // Nobody speaks with the device itself: an address of its own would only send router solicitations to all nodes.
    private void WithoutLinkLocalAddress(int ifIndex)
    {
        try
        {
            netlink.DisableLinkLocalAddress(ifIndex);
        }
        catch (NetlinkException error) when (error.Errno == NoSuchFamily)
        {
        }
    }

    private bool IsOurs(Link link) => link.Alias == PlannedDevice.OwnAlias || (link.Alias.Length == 0 && !link.IsUp && Fits(link));

    private bool Fits(Link link) => link.Kind == settings.Protocol.Name
        && link.Tunnel is { CollectsMetadata: true, Learns: false, AcceptsZeroChecksumV6: true } tunnel && tunnel.Port == settings.Port;

    // A device takes the port when it is switched on; of those in collect-metadata mode the kernel makes no second one.
    private Link? Holder() => netlink.ListLinks().FirstOrDefault(link => link.Name != Name && link.Tunnel is { } tunnel && tunnel.Port == settings.Port
        && (link.IsUp || (tunnel.CollectsMetadata && link.Kind == settings.Protocol.Name)));

    private CiliumException PortTaken(string who, Exception? error) => new(
        ErrorKind.Conflict,
        $"routing tunnel: UDP port {settings.Port} for {Name} is taken on this machine: {who}. Stop the other user, or choose another port, the same on every node ({settings.Path}:port).",
        error);

    private string Advice(NetlinkException error) => error.Errno == NetlinkException.NotSupported && settings.Protocol.Encapsulation == Encapsulation.Geneve
        ? $" Load it, or set {settings.Path}:protocol to vxlan on every node."
        : "";

    private static string Describe(Link link) => link.Tunnel is { } tunnel ? $"{link.Kind}, port {tunnel.Port}" : link.Kind.Length == 0 ? "a network card" : link.Kind;
}

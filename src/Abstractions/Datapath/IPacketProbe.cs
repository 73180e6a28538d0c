namespace Cilium.Framework.Datapath;

/// <summary>Judges injected packets with the realised state, exactly as real packets would be: connections are tracked, counters count, events are sent.</summary>
public interface IPacketProbe
{
    /// <summary>Judges one packet.</summary>
    /// <param name="injection">The packet and where it arrives.</param>
    /// <param name="cancellationToken">Gives up before the packet is judged.</param>
    /// <returns>What became of it.</returns>
    /// <exception cref="Errors.CiliumException"><see cref="Errors.ErrorKind.Unsupported"/>: this datapath cannot inject at that point, or such a frame (a kernel may refuse very short ones).
    /// <see cref="Errors.ErrorKind.Invalid"/>: there is no such endpoint.</exception>
    ValueTask<PacketVerdict> SendAsync(PacketInjection injection, CancellationToken cancellationToken);
}

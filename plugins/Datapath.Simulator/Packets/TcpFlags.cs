namespace Cilium.Framework.Datapath.Simulator.Packets;

/// <summary>Flag byte of a TCP header (RFC 9293 section 3.1).</summary>
[Flags]
internal enum TcpFlags : byte
{
    None = 0,
    Fin = 1,
    Syn = 2,
    Rst = 4,
    Ack = 16,
}

namespace Cilium.Framework.Datapath.Bench;

/// <summary>One thing to be measured.</summary>
/// <param name="Name">As in the table of goals.</param>
/// <param name="Program">Descriptor of the program under test; whoever loaded it closes it.</param>
/// <param name="Frame">The packet, <see cref="FrameTemplate.Bytes"/> octets.</param>
/// <param name="IfIndex">The device on which it is met.</param>
/// <param name="Expected">What the program must return; anything else would measure something else.</param>
internal sealed record Flow(string Name, int Program, byte[] Frame, int IfIndex, uint Expected)
{
    /// <summary>Another source port for each packet of a batch.</summary>
    public bool Vary { get; init; }

    /// <summary>Source ports that are taken in turn, batch after batch, from the first on; 0: any.</summary>
    public (ushort First, int Count) Cycle { get; init; }

    /// <summary>Runs after each batch, outside the time.</summary>
    public Action AfterBatch { get; init; } = () => { };

    /// <summary>Nanoseconds per packet of each batch.</summary>
    public List<uint> Samples { get; } = [];
}

using System.Globalization;

namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary>What came of moving connections.</summary>
internal sealed class MoveCount
{
    /// <summary>In the new container now.</summary>
    public int Moved { get; private set; }

    /// <summary>Those for which it has no room.</summary>
    public int Refused { get; private set; }

    public void Add(MoveResult result)
    {
        // What a packet or an earlier attempt has moved is where it belongs, too.
        if (result is MoveResult.Moved or MoveResult.There)
            Moved++;
        else if (result == MoveResult.Refused)
            Refused++;
    }

    /// <summary>In words, with what is lost.</summary>
    public string Describe(string from, string to)
    {
        var moved = string.Create(CultureInfo.InvariantCulture, $"{Moved:N0} connections moved from {from} to {to}");
        return Refused == 0 ? moved : string.Create(CultureInfo.InvariantCulture, $"{moved}; {Refused:N0} had no room there, so that their next packet is judged as the first of a flow (raise datapath.bpf.conntrack-max)");
    }
}

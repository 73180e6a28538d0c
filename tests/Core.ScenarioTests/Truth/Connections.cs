using System.Net;
using Cilium.Framework.Core.ScenarioTests.Targets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.ScenarioTests.Truth;

/// <summary>Connections that were opened and are never closed, over the simulator, which holds at every moment what the recording datapath holds.</summary>
/// <param name="datapath">What is realised; says what the first packet of a flow meets.</param>
/// <param name="time">The clock.</param>
/// <param name="random">Draws which side speaks first after a change.</param>
internal sealed class Connections(RecordingDatapath datapath, TimeProvider time, Random random) : IDatapathWatcher, IDisposable
{
    private const int FirstPort = 40000;

    private readonly SimulatedDatapath _simulator = new(time);
    private readonly Dictionary<Packet, int> _ports = [];

    /// <summary>Opens a connection by a whole handshake; nothing may stand in its way.</summary>
    public void Open(Packet first)
    {
        _ports[first] = FirstPort + _ports.Count;
        Assert.True(Sends(first, Segments.Syn) && Answers(first, Segments.Syn | Segments.Ack) && Sends(first, Segments.Ack), $"{first} cannot be connected");
    }

    /// <summary>What is seen instead of both sides being heard, or neither; null when it is so.</summary>
    public string? Contradicts(Packet first, bool goesOn)
    {
        var (sends, answers) = Speak(first);
        return sends == goesOn && answers == goesOn ? null : $"what the initiator sends {(sends ? "passes" : "does not pass")}, replies {(answers ? "pass" : "do not pass")}";
    }

    /// <summary>Connections of which a packet is judged otherwise than the first packet of a new flow in the direction in which they began.</summary>
    public IEnumerable<string> Disagreements()
    {
        foreach (var first in _ports.Keys)
        {
            var isAllowed = datapath.Passes(first);
            if (Contradicts(first, isAllowed) is { } seen)
                yield return $"the connection of {first} is {(isAllowed ? "allowed" : "not allowed")} by the policies of this moment; {seen}";
        }
    }

    public void Misled(string item)
    {
    }

    public void PolicyChanged(PolicyRow? before, PolicyRow? after) => SimulatedDatapath.Hold(_simulator.Datapath.Policies, before, after);

    public void EndpointChanged(EndpointRow? before, EndpointRow? after)
    {
        SimulatedDatapath.Hold(_simulator.Datapath.Endpoints, before, after);
        if (after is not null)
            return;
        // With its end a connection is gone.
        foreach (var gone in _ports.Keys.Where(first => first.From.Equals(before!.IPv4) || first.To.Equals(before!.IPv4)).ToList())
            _ports.Remove(gone);
    }

    public void IpCacheApplying(IpCacheRow row)
    {
    }

    public void IpCacheChanged(IpCacheRow? before, IpCacheRow? after) => SimulatedDatapath.Hold(_simulator.Datapath.IpCache, before, after);

    public void Dispose() => _simulator.Dispose();

    private (bool Sends, bool Answers) Speak(Packet first)
    {
        if (random.Next(2) == 0)
            return (Sends(first, Segments.Ack), Answers(first, Segments.Ack));
        var answers = Answers(first, Segments.Ack);
        return (Sends(first, Segments.Ack), answers);
    }

    private bool Sends(Packet first, byte flags) => _simulator.Passes(datapath.Local(first.From), Initiator(first), Responder(first), flags);

    private bool Answers(Packet first, byte flags) => _simulator.Passes(datapath.Local(first.To), Responder(first), Initiator(first), flags);

    private IPEndPoint Initiator(Packet first) => new(first.From, _ports[first]);

    private static IPEndPoint Responder(Packet first) => new(first.To, first.Port);
}

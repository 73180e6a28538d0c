using Cilium.Framework.Datapath.Bpf.Conntrack;
using Cilium.Framework.Datapath.Bpf.Maps;

namespace Cilium.Framework.Datapath.Bpf.Tests.Conntrack;

/// <summary>A client and a server whose connections move between containers, step by step; the client accepts nothing that it did not ask for.</summary>
[Trait("Needs", "Root")]
public abstract class MovingNode : TwoEndpoints
{
    private protected const ushort Port = 40000;

    private protected MovingNode() => Node.Policy(1001, Entries.AllOut);

    private protected MapSet Maps => Node.Datapath.State.Maps;

    private protected ConnectionMigration Migration => Node.Datapath.State.Migration;

    private protected uint Now => Node.Datapath.State.Clock.Now();

    /// <summary>The container that is used from here on, with nothing to move.</summary>
    private protected void Begin(bool table)
    {
        if (Node.Settings.ConntrackTable == table)
            return;
        Switch();
        Finish();
    }

    /// <summary>Another agent takes over with the other container; nothing moves yet but what packets fetch.</summary>
    private protected void Switch() => Node.Restart(Node.Settings with { ConntrackTable = !Node.Settings.ConntrackTable }, holdsMigration: true);

    /// <summary>The rest of the steps.</summary>
    private protected MoveCount Finish()
    {
        Assert.Empty(Node.In(Node.Datapath.State.Filters.RenewAll));
        var count = Migration.MoveAll(_ => { }, default);
        Migration.Drop();
        Migration.ForgetPrevious();
        Assert.Empty(Node.In(Node.Datapath.State.Filters.RenewAll));
        return count;
    }

    private protected static string ServerOf(bool ipv6) => ipv6 ? ServerIPv6 : ServerIPv4;

    private protected PacketVerdict Ask(bool ipv6, byte flags = Frames.Syn, ushort port = Port) => Node.From(Client, Frames.TcpFrom(Client, ServerOf(ipv6), port, 80, flags));

    private protected PacketVerdict Answer(bool ipv6, byte flags = Frames.Ack, ushort port = Port) => Node.From(Server, Frames.TcpFrom(Server, ipv6 ? ClientIPv6 : ClientIPv4, 80, port, flags));

    private protected void Establish(bool ipv6, ushort port = Port)
    {
        Delivered(Server, Ask(ipv6, port: port));
        Delivered(Client, Answer(ipv6, Frames.Syn | Frames.Ack, port));
        Delivered(Server, Ask(ipv6, Frames.Ack, port));
    }

    /// <summary>Connections in the container in use.</summary>
    private protected List<ConntrackValue> InUse() => [.. Maps.Conntrack4.Entries().Select(entry => entry.Value), .. Maps.Conntrack6.Entries().Select(entry => entry.Value)];

    /// <summary>Connections in the container before it.</summary>
    private protected List<ConntrackValue> InOld() =>
        [.. Maps.Previous.Entries(previous => previous.Conntrack4).Select(entry => entry.Value), .. Maps.Previous.Entries(previous => previous.Conntrack6).Select(entry => entry.Value)];

    /// <summary>Changes every connection in the container in use.</summary>
    private protected void Change(Func<ConntrackValue, ConntrackValue> change)
    {
        foreach (var (key, value) in Maps.Conntrack4.Entries().ToArray())
            Maps.Conntrack4.Put(key, change(value));
        foreach (var (key, value) in Maps.Conntrack6.Entries().ToArray())
            Maps.Conntrack6.Put(key, change(value));
    }
}

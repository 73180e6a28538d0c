using Cilium.Framework.Datapath.Bpf.Conntrack;
using Cilium.Framework.Datapath.Bpf.Maps;

namespace Cilium.Framework.Datapath.Bpf.Tests.Conntrack;

/// <summary>The table of our own under several processors at once.</summary>
[Trait("Needs", "Root")]
public sealed class TableTests : IDisposable
{
    private const int Rounds = 400;

    private readonly TestNode _node = new(settings: Variant.Settings with { ConntrackTable = true, Trace = false }, conntrackMax: 1024);

    private MapSet Maps => _node.Datapath.State.Maps;

    private uint Now => _node.Datapath.State.Clock.Now();

    public void Dispose() => _node.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_key_that_two_processors_insert_at_once_stands_once(bool ipv6)
    {
        Together(worker =>
        {
            for (var round = 0; round < Rounds; round++)
                Add((ushort)round, ipv6, seen: worker);
        });

        var ports = Ports(ipv6);
        Assert.Equal(ports.Count, ports.Distinct().Count());
        Assert.Equal(Rounds, ports.Count);
    }

    [Fact]
    public void Keys_that_want_the_same_slots_at_once_take_different_ones()
    {
        Together(worker =>
        {
            for (var round = 0; round < Rounds; round++)
                Add((ushort)((worker * 10_000) + round), ipv6: false, seen: 0);
        });

        Assert.Equal(2 * Rounds, Ports(ipv6: false).Distinct().Count());
    }

    [Fact]
    public async Task Slots_that_are_used_again_never_show_a_key_with_the_value_of_another()
    {
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(() =>
        {
            var mixed = 0;
            while (!stop.IsCancellationRequested)
                mixed += Maps.Conntrack4.Entries().Count(entry => entry.Key.Port0 != entry.Value.ProxyPort);
            return mixed;
        });

        // Every entry is expired when it is written: the next ones take its slot.
        for (var i = 0; i < 10_000; i++)
            Add((ushort)i, ipv6: false, seen: 0, expires: Now - 100);
        await stop.CancelAsync();

        Assert.Equal(0, await reading);
    }

    [Fact]
    public void What_the_agent_removes_while_programs_insert_is_gone_and_the_rest_stays()
    {
        Together(worker =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                if (worker == 0)
                    Add((ushort)round, ipv6: false, seen: 0x10);
                else
                    Maps.Conntrack4.Remove((key, _) => key.Port0 % 2 == 1);
            }
        });
        Maps.Conntrack4.Remove((key, _) => key.Port0 % 2 == 1);

        Assert.Equal(Enumerable.Range(0, Rounds).Where(port => port % 2 == 0), Ports(ipv6: false).Order().Select(port => (int)port));
    }

    [Fact]
    public void A_slot_that_a_killed_agent_had_taken_is_given_back()
    {
        Add(1, ipv6: false, seen: 0x10);
        var table = (MappedConnections<ConntrackKey4>)Maps.Conntrack4;
        table.TakeForTest();
        Assert.Empty(Ports(ipv6: false));

        Assert.Equal(0, table.FreeAbandoned());
        Assert.Equal(1, table.FreeAbandoned());

        Add(1, ipv6: false, seen: 0x10);
        Assert.Single(Ports(ipv6: false));
    }

    private void Add(ushort port, bool ipv6, int seen, uint? expires = null)
    {
        var side = new ConntrackSide { Seen = (byte)seen };
        var value = new ConntrackValue { Expires = expires ?? Now + 10_000, ProxyPort = port, Side0 = side, Side1 = side };
        if (ipv6)
            Assert.True(Maps.Conntrack6.Add(new ConntrackKey6 { Address1 = new WireAddress { Word0 = 7 }, Port0 = port, Proto = 17 }, value));
        else
            Assert.True(Maps.Conntrack4.Add(new ConntrackKey4 { Address1 = 7, Port0 = port, Proto = 17 }, value));
    }

    private List<ushort> Ports(bool ipv6) =>
        ipv6 ? [.. Maps.Conntrack6.Entries().Select(entry => entry.Key.Port0)] : [.. Maps.Conntrack4.Entries().Select(entry => entry.Key.Port0)];

    private static void Together(Action<int> work)
    {
        using var start = new Barrier(2);
        var workers = Enumerable.Range(0, 2).Select(worker => Task.Run(() =>
        {
            start.SignalAndWait();
            work(worker);
        })).ToArray();
        Assert.True(SpinWait.SpinUntil(() => workers.All(worker => worker.IsCompleted), TimeSpan.FromSeconds(30)), "the workers do not end");
        Assert.All(workers, worker => Assert.Null(worker.Exception));
    }
}

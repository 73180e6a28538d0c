using Cilium.Framework.Datapath.Bpf.Conntrack;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Datapath.Bpf.Programs;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Datapath.Bpf.Tests.Conntrack;

/// <summary>Connections move when another kind, size or layout of their container takes over, and a process that is killed meanwhile leaves the rest to the next.</summary>
public sealed class MigrationTests : MovingNode
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void A_connection_that_sends_nothing_is_moved(bool ipv6, bool fromTable)
    {
        Begin(fromTable);
        Establish(ipv6);
        var before = Assert.Single(InUse());

        Switch();
        var count = Finish();

        Assert.Equal((1, 0), (count.Moved, count.Refused));
        Assert.Equal(before with { State = 0 }, Assert.Single(InUse()) with { State = 0 });
        Assert.Equal(!fromTable, Maps.IsTable);
        Assert.Empty(Folders());
        Delivered(Client, Answer(ipv6));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Connections_move_by_themselves_after_a_restart(bool fromTable)
    {
        Begin(fromTable);
        Establish(ipv6: false);
        Establish(ipv6: true);

        Node.Restart(Node.Settings with { ConntrackTable = !fromTable });
        Assert.Single(Folders());
        Delivered(Client, Answer(ipv6: false));

        Assert.Equal(0, Node.Prune(Node.Datapath.Endpoints, Client.Row, Server.Row));
        Assert.True(SpinWait.SpinUntil(() => Folders().Length == 0 && IsForgotten(), TimeSpan.FromSeconds(20)), "connections do not move");
        Assert.Equal(2, InUse().Count);
        Delivered(Client, Answer(ipv6: false));
        Delivered(Client, Answer(ipv6: true));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Connections_move_into_a_container_of_another_size(bool table)
    {
        Begin(table);
        var capacity = Maps.Conntrack4.Capacity;
        Establish(ipv6: false);

        Node.Restart(Node.Settings with { ConntrackMax = 16384 }, holdsMigration: true);
        Delivered(Client, Answer(ipv6: false));
        Finish();

        Assert.InRange(Maps.Conntrack4.Capacity, (capacity * 2) - 8, (capacity * 2) + 8);
        Delivered(Client, Answer(ipv6: false));
    }

    [Theory]
    [InlineData(9000u, false)]
    [InlineData(16384u, true)]
    public void A_size_that_follows_from_the_memory_moves_connections_only_when_it_differs_much(uint size, bool moves)
    {
        Node.Restart(Node.Settings with { ConntrackMax = size, ConntrackMaxIsAutomatic = true }, holdsMigration: true);

        Assert.Equal(moves, Migration.IsNeeded);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Connections_of_an_older_layout_move(bool table)
    {
        Begin(table);
        Establish(ipv6: false);
        Establish(ipv6: true);
        SetLayout(0);

        Node.Restart(holdsMigration: true);
        Delivered(Client, Answer(ipv6: false));
        var count = Finish();

        Assert.Equal((2, 0), (count.Moved, count.Refused));
        Delivered(Client, Answer(ipv6: true));
        Assert.Equal(ConntrackLayout.Of(Path.Combine(Variant.Objects, "bpf")), ConntrackShape.Pinned(Node.Settings.BpfFs)!.Value.Layout);
    }

    [Fact]
    public void Connections_of_a_newer_layout_are_refused_and_left_as_they_are()
    {
        Establish(ipv6: false);
        SetLayout(99);

        var refused = Assert.Throws<CiliumException>(() => Node.Restart());

        Assert.Equal(ErrorKind.Conflict, refused.Kind);
        Assert.Equal($"The connections that are pinned under {Node.Settings.BpfFs} have layout 99; this version reads layouts up to 1. Start the version that made them or a newer one, or run `cilium cleanup --force` (open connections are judged anew), then start again.", refused.Message);
        Assert.Equal(99u, ConntrackShape.Pinned(Node.Settings.BpfFs)!.Value.Layout);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Who_changes_his_mind_before_the_end_loses_nothing(bool fromTable)
    {
        Begin(fromTable);
        Establish(ipv6: false);
        Switch();
        Establish(ipv6: true);

        Switch();

        Assert.Equal(2, Folders().Length);
        Delivered(Client, Answer(ipv6: false));
        Delivered(Client, Answer(ipv6: true));
        Finish();
        Assert.Equal(fromTable, Maps.IsTable);
        Assert.Equal(2, InUse().Count);
        Assert.Empty(Folders());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_the_new_container_has_no_room_for_is_counted(bool ipv6)
    {
        const int Flows = 3000;
        Assert.SkipWhen(Lab.PatienceFactor.Value > 1, "an emulated machine takes longer to open the flows than they live (60 s)");
        Begin(table: false);
        for (ushort port = 1; port <= Flows; port++)
        {
            Node.From(Client, Frames.UdpFrom(Client, ServerOf(ipv6), port, 53));
            Node.From(Server, Frames.UdpFrom(Server, ipv6 ? ClientIPv6 : ClientIPv4, 53, port));
        }

        Node.Restart(Node.Settings with { ConntrackTable = true, ConntrackMax = 1024 }, holdsMigration: true);
        var count = Finish();

        Assert.InRange(count.Moved, 1024, 1500);
        Assert.Equal(Flows, count.Moved + count.Refused);
        Assert.Equal(
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{count.Moved:N0} connections moved from a to b; {count.Refused:N0} had no room there, so that their next packet is judged as the first of a flow (raise datapath.bpf.conntrack-max)"),
            count.Describe("a", "b"));
    }

    [Fact]
    public void A_clean_up_takes_containers_away_from_which_connections_move()
    {
        Establish(ipv6: false);
        Switch();
        Assert.Single(Folders());

        Assert.Contains(Node.RemoveAll(), line => line.Contains("conntrack_previous_1/cilium_ct4", StringComparison.Ordinal));

        Assert.False(Directory.Exists(Path.Combine(Node.Settings.BpfFs, "conntrack_previous_1")));
    }

    // iproute2 makes folders of its own in whatever BPF file system it finds.
    private string[] Folders() => Directory.GetDirectories(Node.Settings.BpfFs, "conntrack_*");

    /// <summary>The programs of the devices know one container only.</summary>
    private bool IsForgotten()
    {
        var pin = ProgramSet.PinOf(Node.Settings.BpfFs, ProgramSet.FromEndpoint);
        using var pinned = BpfDescriptor.OpenPinned(pin);
        using var constants = new BpfMap<uint, DatapathConfig>("constants", BpfDescriptor.OpenPinned(pin + "_config")!, writes: null);
        return constants.Get(0).PreviousContainer == 0 && Node.AttachedId(Client.Row.IfIndex, TcHook.Ingress) == KernelProgram.Of(pinned!.Value).Id;
    }

    private void SetLayout(uint layout)
    {
        using var map = new BpfMap<uint, ConntrackInfo>(ConntrackShape.Info, BpfDescriptor.OpenPinned(Path.Combine(Node.Settings.BpfFs, ConntrackShape.Info))!, writes: null);
        map.Set(0, map.Get(0) with { Layout = layout });
    }
}

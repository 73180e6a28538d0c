using Cilium.Framework.Datapath.Bpf.Conntrack;

namespace Cilium.Framework.Datapath.Bpf.Tests.Conntrack;

/// <summary>An agent that is killed between two steps of a migration: the next one goes on, and no connection is lost.</summary>
public sealed class MigrationCrashTests : MovingNode
{
    public enum Kill
    {
        WhileSettingApart,
        BeforeTheNewContainerWasUsed,
        BeforeMoving,
        WhileMoving,
        BeforeDropping,
        WhileDropping,
        BeforeForgetting,
        BeforeTheSecondRenewal,
    }

    public static TheoryData<Kill, bool> Kills
    {
        get
        {
            var data = new TheoryData<Kill, bool>();
            foreach (var kill in Enum.GetValues<Kill>())
            {
                data.Add(kill, false);
                data.Add(kill, true);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Kills))]
    public void Connections_live_on(Kill kill, bool fromTable)
    {
        Begin(fromTable);
        for (ushort port = 1; port <= 20; port++)
            Establish(ipv6: port % 2 == 0, port);

        var settings = Node.Settings with { ConntrackTable = !fromTable };
        StepsUntil(kill);
        // Who looks meanwhile is not told to clean up.
        Assert.Equal(2, TestNode.Done(Node.Datapath.View.ListEndpointsAsync(default)).Count);
        Assert.InRange(Node.Connections().Count, kill == Kill.WhileSettingApart ? 0 : 20, 20);
        Node.Restart(settings, holdsMigration: true);

        for (ushort port = 1; port <= 20; port += 3)
            Delivered(Client, Answer(ipv6: port % 2 == 0, port: port));
        Finish();
        Assert.Equal(!fromTable, Maps.IsTable);
        Assert.Equal(20, InUse().Count);
        Assert.Empty(Directory.GetDirectories(Node.Settings.BpfFs));
        for (ushort port = 1; port <= 20; port++)
            Delivered(Client, Answer(ipv6: port % 2 == 0, port: port));
    }

    private void StepsUntil(Kill kill)
    {
        var bpffs = Node.Settings.BpfFs;
        if (kill == Kill.WhileSettingApart)
        {
            var leaving = Directory.CreateDirectory(Path.Combine(bpffs, "conntrack_leaving"));
            foreach (var name in new[] { ConntrackShape.Hash4, ConntrackShape.Sets4, ConntrackShape.Tags6 })
                File.Move(Path.Combine(bpffs, name), Path.Combine(leaving.FullName, name), overwrite: true);
            return;
        }

        if (kill == Kill.BeforeTheNewContainerWasUsed)
        {
            ConntrackPins.SetApart(bpffs);
            return;
        }

        Switch();
        if (kill == Kill.BeforeMoving)
            return;
        if (kill == Kill.WhileMoving)
        {
            var moved = 0;
            using var stop = new CancellationTokenSource();
            using var mover = Node.Datapath.State.Programs.LoadMover(Maps.Previous.Newest!);
            Assert.Throws<OperationCanceledException>(() => mover.MoveAll(
                _ =>
                {
                    if (++moved == 7)
                        stop.Cancel();
                },
                stop.Token));
            return;
        }

        Migration.MoveAll(_ => { }, default);
        if (kill == Kill.BeforeDropping)
            return;
        if (kill == Kill.WhileDropping)
        {
            Directory.Move(Path.Combine(bpffs, "conntrack_previous_1"), Path.Combine(bpffs, "conntrack_dropped_1"));
            File.Delete(Path.Combine(bpffs, "conntrack_dropped_1", ConntrackShape.Info));
            return;
        }

        Migration.Drop();
        if (kill == Kill.BeforeForgetting)
            return;
        Migration.ForgetPrevious();
    }
}

using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Races;

/// <summary>A judgement's number is read before its first look-up: only so does a change that comes in between end it.</summary>
public sealed class LateNumberTests : TwoEndpoints
{
    private const int Rounds = 30;

    // The mutant's judgement waits for a change for longer than that, so the change comes in its middle.
    private static readonly TimeSpan IntoTheJudgement = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void A_policy_that_changes_in_the_middle_of_a_judgement_ends_it()
    {
        for (ushort round = 1; round <= Rounds; round++)
        {
            Node.Policy(1002, Entries.In(1001, IpProtocol.Tcp, 80));
            var port = (ushort)(20000 + round);
            using var begun = new ManualResetEventSlim();
            var judging = Task.Run(() => Judge(port, begun));
            Assert.True(begun.Wait(TimeSpan.FromSeconds(10)));
            SpinWait.SpinUntil(() => judging.IsCompleted, IntoTheJudgement);
            Node.Policy(1002, Entries.In(1001, IpProtocol.Tcp, 81));
            Assert.True(SpinWait.SpinUntil(() => judging.IsCompleted, TimeSpan.FromSeconds(10)));

            Dropped(DropReason.PolicyDenied, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, port, 80, Frames.Ack)));
        }
    }

    private void Judge(ushort port, ManualResetEventSlim begun)
    {
        begun.Set();
        Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, port, 80));
    }
}

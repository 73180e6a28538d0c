using Cilium.Framework.Datapath;
using Cilium.Framework.Oracles.Cases;
using Cilium.Framework.Oracles.Driving;
using Cilium.Framework.Oracles.Naive;

namespace Cilium.Framework.Oracles;

/// <summary>Plays a case to the naive evaluator and to nodes, and compares what each says about every packet.</summary>
internal sealed class Comparison(IReadOnlyList<NodeUnderTest> nodes)
{
    /// <param name="played">The case.</param>
    /// <param name="judged">Told of every packet and the naive answer.</param>
    /// <returns>The first disagreement; null: none.</returns>
    public string? Disagreement(Case played, Action<Packet, Answer>? judged = null)
    {
        var naive = new NaiveNode(played.World);
        foreach (var node in nodes)
            node.Begin(played.World);
        foreach (var step in played.Steps)
        {
            if (step is not Step.Send { Packet: var packet })
            {
                naive.Apply(step);
                foreach (var node in nodes)
                    node.Apply(step);
                continue;
            }

            var expected = naive.Judge(packet);
            judged?.Invoke(packet, expected);
            var answers = nodes.Select(node => (node.Name, Said: node.Judge(packet))).ToList();
            if (answers.All(answer => IsAnswer(expected, answer.Said.Verdict) && FrameCheck.Problem(played.World, packet, answer.Said.Sent, answer.Said.Verdict) is null))
                continue;
            var text = answers.Select(answer => $"  {answer.Name}: {Text(expected, answer.Said.Verdict)}{(IsAnswer(expected, answer.Said.Verdict) ? FrameCheck.Problem(played.World, packet, answer.Said.Sent, answer.Said.Verdict) : "")}");
            return $"{packet}\n  naive: {expected}\n{string.Join('\n', text)}";
        }

        return null;
    }

    private static bool IsAnswer(Answer expected, PacketVerdict verdict) =>
        verdict.Kind == expected.Kind && verdict.Reason == expected.Reason && (expected.Workload == 0 || verdict.Endpoint == expected.Workload);

    private static string Text(Answer expected, PacketVerdict verdict) => new Answer(verdict.Kind, verdict.Reason, expected.Workload == 0 ? (ushort)0 : verdict.Endpoint).ToString();
}

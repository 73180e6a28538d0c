using System.Globalization;
using System.Text;

namespace Cilium.Framework.Datapath.Bench;

/// <summary>The points of the plot, as a table in Markdown.</summary>
internal static class SweepTable
{
    public static string Write(IReadOnlyList<SweepPoint> points)
    {
        var text = new StringBuilder(
            """
            # F1 against what the maps hold

                sudo ./bench.sh datapath --plot bench/results      (writes this page and datapath-f1.svg)

            ![F1](datapath-f1.svg)

            Least nanoseconds per packet. F1: one connection among all the others. F1w: up to 30,000 of them in turn, opened in no order among the others. Each row was
            measured by itself, with its own floor.


            """);
        foreach (var sweep in points.GroupBy(point => point.Of))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {sweep.Key} | container | floor | floor+1 | F1 | F1w |").AppendLine("|---|---|---|---|---|---|");
            foreach (var point in sweep)
                text.AppendLine(CultureInfo.InvariantCulture, $"| {point.Count:N0} | {point.Container} | {Least(point, "floor")} | {Least(point, "floor+1")} | {Least(point, "F1")} | {Least(point, Flows.Many)} |");
            text.AppendLine();
        }

        return text.ToString().TrimEnd() + Environment.NewLine;
    }

    private static uint Least(SweepPoint point, string flow) => point.Flows[flow].MinNs;
}

using System.Globalization;
using System.Text;

namespace Cilium.Framework.Datapath.Bench;

/// <summary>The points as a picture: a panel for each map, its size on a logarithmic axis.</summary>
internal static class SweepSvg
{
    private const int PanelWidth = 300, PanelHeight = 260, Left = 50, Top = 40, Gap = 60, Bottom = 70;
    private const int GridStep = 50;

    private static readonly (string Container, string Flow, string Colour, string Dashes)[] Lines =
    [
        ("lru", "F1", "#c0392b", ""), ("table", "F1", "#2471a3", ""), ("lru", Flows.Many, "#c0392b", "6 3"), ("table", Flows.Many, "#2471a3", "6 3"), ("table", "floor+1", "#7f8c8d", "2 3"),
    ];

    public static string Draw(IReadOnlyList<SweepPoint> points)
    {
        var sweeps = points.GroupBy(point => point.Of).ToArray();
        var highest = points.Max(point => point.Flows.Values.Max(flow => flow.MinNs));
        var top = ((highest / GridStep) + 1) * GridStep;
        var width = Left + (sweeps.Length * (PanelWidth + Gap));
        var svg = new StringBuilder();
        svg.AppendLine(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{Top + PanelHeight + Bottom}\" font-family=\"sans-serif\" font-size=\"11\">");
        svg.AppendLine(CultureInfo.InvariantCulture, $"<rect width=\"{width}\" height=\"{Top + PanelHeight + Bottom}\" fill=\"white\"/>");
        for (var i = 0; i < sweeps.Length; i++)
            Panel(svg, sweeps[i].Key, [.. sweeps[i]], Left + (i * (PanelWidth + Gap)), top);
        Legend(svg);
        return svg.AppendLine("</svg>").ToString();
    }

    private static void Panel(StringBuilder svg, string title, SweepPoint[] points, int x, uint top)
    {
        var (first, last) = (Math.Log10(points.Min(point => point.Count)), Math.Log10(points.Max(point => point.Count)));
        double X(int count) => x + ((Math.Log10(count) - first) / (last - first) * PanelWidth);
        double Y(uint nanoseconds) => Top + PanelHeight - ((double)nanoseconds / top * PanelHeight);

        for (uint line = 0; line <= top; line += GridStep)
        {
            svg.AppendLine(CultureInfo.InvariantCulture, $"<line x1=\"{x}\" x2=\"{x + PanelWidth}\" y1=\"{Y(line):0.0}\" y2=\"{Y(line):0.0}\" stroke=\"#ddd\"/>");
            svg.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{x - 4}\" y=\"{Y(line) + 4:0.0}\" text-anchor=\"end\">{line}</text>");
        }

        foreach (var count in points.Select(point => point.Count).Distinct())
            svg.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{X(count):0.0}\" y=\"{Top + PanelHeight + 16}\" text-anchor=\"middle\">{count:N0}</text>");
        svg.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{x + (PanelWidth / 2)}\" y=\"{Top - 12}\" text-anchor=\"middle\" font-weight=\"bold\">ns per packet, by {title}</text>");
        foreach (var (container, flow, colour, dashes) in Lines)
        {
            var line = points.Where(point => point.Container == container).OrderBy(point => point.Count).Select(point => (X: X(point.Count), Y: Y(point.Flows[flow].MinNs))).ToArray();
            var corners = string.Join(' ', line.Select(corner => string.Create(CultureInfo.InvariantCulture, $"{corner.X:0.0},{corner.Y:0.0}")));
            svg.AppendLine(CultureInfo.InvariantCulture, $"<polyline points=\"{corners}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dashes}\"/>");
            foreach (var corner in line)
                svg.AppendLine(CultureInfo.InvariantCulture, $"<circle cx=\"{corner.X:0.0}\" cy=\"{corner.Y:0.0}\" r=\"3\" fill=\"{colour}\"/>");
        }
    }

    private static void Legend(StringBuilder svg)
    {
        const int entryWidth = 150, sample = 24;
        for (var i = 0; i < Lines.Length; i++)
        {
            var (container, flow, colour, dashes) = Lines[i];
            var (x, y) = (Left + (i * entryWidth), Top + PanelHeight + 44);
            svg.AppendLine(CultureInfo.InvariantCulture, $"<line x1=\"{x}\" x2=\"{x + sample}\" y1=\"{y}\" y2=\"{y}\" stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dashes}\"/>");
            svg.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{x + sample + 6}\" y=\"{y + 4}\">{(flow == "floor+1" ? "one hash look-up" : $"{flow}, {container}")}</text>");
        }
    }
}

using System.Globalization;
using System.Text.Json;
using Cilium.Framework.Lab;
using Cilium.Framework.Routing.Bench;
using Cilium.Framework.Routing.Bench.Scale;

// --scale: one node of a thousand. Else: pods of two nodes, real agents: the way that the agents made, policy enforced, against the kernel's own between the same pods, in turn.
var options = Options.Parse(args);
using var awake = options.Scale ? null : AwakeProcessors.TryKeep();
if (awake is null && !options.Scale)
    await Console.Error.WriteLineAsync("This kernel lets idle processors halt: where a hypervisor wakes them, the faster way is charged for more wakes.");
var (report, scales) = (new Report(), new Dictionary<string, ScaleFigures>());
foreach (var routing in ((string[])["vxlan", "direct"]).Where(options.Wants))
{
    var folder = Directory.CreateTempSubdirectory("cilium-bench-").FullName;
    try
    {
        var layout = new Layout(Path.GetFullPath(options.Layout));
        if (options.Scale)
        {
            scales[routing] = await ScaleRun.MeasureAsync(routing == "vxlan", layout, folder);
            continue;
        }

        await using var bed = await Bed.BuildAsync(routing, layout, folder);
        report[routing] = [];
        foreach (var load in Load.All)
            report[routing][load.Name] = await CompareAsync(bed, routing, load);
    }
    finally
    {
        Directory.Delete(folder, recursive: true);
    }
}

// JSON has the ratios alone; what they are made of goes beside it.
if (options.Json && !options.Scale)
    await Console.Error.WriteLineAsync(report.ToTable());
await Console.Out.WriteLineAsync((options.Scale, options.Json) switch
{
    (true, true) => JsonSerializer.Serialize(scales, ReportJson.Default.Scales),
    (true, false) => string.Join(Environment.NewLine, scales.Select(scale => scale.Value.ToTable(scale.Key))),
    (false, true) => JsonSerializer.Serialize(report, ReportJson.Default.Report),
    _ => report.ToTable(),
});

async Task<Ratios> CompareAsync(Bed bed, string routing, Load load)
{
    var pairs = new List<(Run Ours, Run Plain)>();
    Ratios ratios;
    // Not counted: caches, and what a connection's first seconds cost the agents.
    await OursAsync();
    await PlainAsync();
    do
    {
        // Each is the first of a pair as often as the other.
        if (pairs.Count % 2 == 0)
        {
            pairs.Add((await OursAsync(), await PlainAsync()));
        }
        else
        {
            var plain = await PlainAsync();
            pairs.Add((await OursAsync(), plain));
        }

        ratios = Ratios.Of(pairs);
    }
    while (!ratios.Settled && pairs.Count < options.Pairs);

    await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{routing} {load.Name}: {ratios.Ratio:0.000}, at least {ratios.Lower90:0.000}, {ratios.Pairs} pairs"));
    return ratios;

    Task<Run> OursAsync() => load.MeasureAsync(bed, bed.Ours, options.Seconds);

    Task<Run> PlainAsync() => load.MeasureAsync(bed, Bed.Plain, options.Seconds);
}

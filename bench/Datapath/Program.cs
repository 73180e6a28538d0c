using System.Text.Json;
using Cilium.Framework.Datapath.Bench;

// Nanoseconds per packet of the real programs, by BPF_PROG_TEST_RUN. Options: --json, --rounds N, --conntrack lru|table, --flows A,B, --plot FOLDER.
var options = Options.Parse(args);
if (options.Plot is { } folder)
{
    var plot = new Sweeps(options.Rounds).Measure();
    await File.WriteAllTextAsync(Path.Combine(folder, "datapath-f1.svg"), SweepSvg.Draw(plot));
    await File.WriteAllTextAsync(Path.Combine(folder, "datapath-f1.md"), SweepTable.Write(plot));
    return;
}

var report = Report.Measure(options);
await Console.Out.WriteLineAsync(options.Json ? JsonSerializer.Serialize(report, ReportJson.Plain.Report) : report.ToTable());

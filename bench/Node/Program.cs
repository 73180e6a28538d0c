using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Cilium.Framework.Bench;
using Cilium.Framework.Lab;
using Cilium.Framework.Netlink;
using Cilium.Framework.Node.Bench;

// A node with many endpoints: a real agent of the published layout (first argument), real devices. Options: --json, --attach auto|tcx|tc.
const int Small = 200, Large = 1000, AtOnce = 20, RemoteAddresses = 10_000, Imports = 200;
var attach = Array.IndexOf(args, "--attach") is >= 0 and var at ? args[at + 1] : "auto";
var layout = new Layout(Path.GetFullPath(args[0]));
var folder = Directory.CreateTempSubdirectory("cilium-bench-").FullName;
var name = string.Create(CultureInfo.InvariantCulture, $"nb{Environment.ProcessId}");
var pods = NetworkNamespace.Create(name + "-pods");
var figures = new List<Figure>();
try
{
    Add("attach, the kernel's part, p50", Milliseconds(KernelWork.Measure(layout, attach, Small), 0.5), "ms", attach == "tcx" ? null : 2);

    // Later settings win over the lab's own: a /24 has no room for this many.
    await using var node = await LabNode.StartAsync(name, layout, folder, ["ipv4.pod-cidr=10.1.0.0/20", $"datapath.bpf.attach={attach}"], default);
    var workloads = new Workloads(node, pods);

    var single = await workloads.AttachAsync(await workloads.PrepareAsync(Small), 1);
    Add("attach, one at a time, p50", Milliseconds(single, 0.5), "ms", null);

    await workloads.ImportAsync(Documents.RemoteAddresses(RemoteAddresses));
    Add("processor, idle", await IdlePercentAsync(node.Agent.Id), "%", 1);
    Add($"resident, {Small} endpoints and {RemoteAddresses:N0} remote addresses", ProcessFigures.ResidentMegabytes(node.Agent.Id), "MB", 150);

    await node.Agent.KillAsync(default);
    var started = Stopwatch.GetTimestamp();
    await node.StartAgentAsync(default);
    await workloads.ReadyAsync();
    Add($"start to ready, {Small} endpoints restored", Stopwatch.GetElapsedTime(started).TotalSeconds, "s", 2);
    Add("processor time of the start", ProcessFigures.ProcessorSeconds(node.Agent.Id), "s", null);

    var prepared = await workloads.PrepareAsync(Large - Small);
    var before = ProcessFigures.ProcessorSeconds(node.Agent.Id);
    var crowd = await workloads.AttachAsync(prepared, AtOnce);
    Add($"attach, {AtOnce} at once, p50", Milliseconds(crowd, 0.5), "ms", attach == "tcx" ? null : 10);
    Add($"attach, {AtOnce} at once, p99", Milliseconds(crowd, 0.99), "ms", attach == "tcx" ? null : 40);
    Add("processor time of the agent per attach", (ProcessFigures.ProcessorSeconds(node.Agent.Id) - before) / crowd.Count * 1000, "ms", null);

    before = ProcessFigures.ProcessorSeconds(node.Agent.Id);
    var imports = new List<TimeSpan>();
    for (var i = 0; i < Imports; i++)
    {
        imports.Add(await workloads.ImportAsync(Documents.Rule(i)));
        // What a change replaced keeps its room in the datapath for a second; nobody changes ten thousand entries forty times a second.
        await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
    }

    await workloads.CheckEnforcedAsync();
    Add($"import of a rule, {Large} endpoints, p50", Milliseconds(imports, 0.5), "ms", null);
    Add($"import of a rule, {Large} endpoints, p99", Milliseconds(imports, 0.99), "ms", 100);
    Add("processor time of the agent per import", (ProcessFigures.ProcessorSeconds(node.Agent.Id) - before) / Imports * 1000, "ms", null);
}
finally
{
    pods.Delete();
    Directory.Delete(folder, recursive: true);
}

var report = new Report(figures);
await Console.Out.WriteLineAsync(args.Contains("--json") ? JsonSerializer.Serialize(report, ReportJson.Default.Report) : report.ToTable());

void Add(string what, double value, string unit, double? goal)
{
    figures.Add(new(what, value, unit, goal));
    Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {value:0.0} {unit}"));
}

static double Milliseconds(IEnumerable<TimeSpan> times, double part)
{
    TimeSpan[] sorted = [.. times.Order()];
    return sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * part)].TotalMilliseconds;
}

static async Task<double> IdlePercentAsync(int process)
{
    const int seconds = 20;
    // What the import left to do, and the memory that is given back after it, is not idling. Time itself is what is measured over.
    await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System);
    var before = ProcessFigures.ProcessorSeconds(process);
    await Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System);
    return (ProcessFigures.ProcessorSeconds(process) - before) / seconds * 100;
}

using System.Globalization;
using System.Text.Json;
using Cilium.Framework.Datapath;
using Cilium.Framework.Datapath.Bench;
using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Datapath.Bpf.Programs;
using Cilium.Framework.Netlink;

// Nanoseconds per packet of the real programs, by BPF_PROG_TEST_RUN. Options: --json, --rounds N, --conntrack lru|table.
var json = args.Contains("--json");
var rounds = Option("--rounds") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : 100;
var table = (Option("--conntrack") ?? "lru") == "table";
var report = Measure(rounds, table);
await Console.Out.WriteLineAsync(json ? JsonSerializer.Serialize(report, ReportJson.Plain.Report) : report.ToTable());

string? Option(string option) => Array.IndexOf(args, option) is >= 0 and var at ? args[at + 1] : null;

static Report Measure(int rounds, bool table)
{
    const int fewConnections = 100_000, manyConnections = 1_000_000;
    var (flows, received, lost) = OnANode(() => MeasureFlows(rounds, table, fewConnections, (fixture, harness, quiet) =>
    {
        fixture.AddOtherConnections(fewConnections);
        return Flows.Create(fixture, harness, quiet);
    }));
    var (wide, _, _) = OnANode(() => MeasureFlows(rounds, table, manyConnections, (fixture, harness, _) => Flows.Wide(fixture, harness, manyConnections)));
    var all = flows.ToDictionary(flow => flow.Name, flow => FlowResult.Of(flow.Samples));
    foreach (var flow in wide)
        all[flow.Name == "F1w" ? flow.Name : $"{flow.Name} (F1w)"] = FlowResult.Of(flow.Samples);
    return new(all, Environment.OSVersion.Version.ToString(), table ? "table" : "lru", rounds, received, lost);
}

static T OnANode<T>(Func<T> measure)
{
    var node = NetworkNamespace.Create(string.Create(CultureInfo.InvariantCulture, $"bench{Environment.ProcessId}"));
    try
    {
        return node.Run(measure);
    }
    finally
    {
        node.Delete();
    }
}

static (IReadOnlyList<Flow> Flows, long Received, ulong Lost) MeasureFlows(
    int rounds, bool table, int connections, Func<Fixture, Harness, BpfDescriptor, IReadOnlyList<Flow>> create)
{
    using var fixture = new Fixture(table, connections);
    using var harness = new Harness(fixture.Settings.BpfFs);
    using var quiet = LoadQuiet(fixture);
    var flows = create(fixture, harness, new BpfDescriptor(quiet.Program().Descriptor));
    using var stop = new CancellationTokenSource();
    var (received, lost) = (0L, 0UL);
    var reading = Task.Run(ReadAsync);
    // One batch of each in turn, so that the machine's speed phases touch all alike; the first round warms up.
    for (var round = 0; round <= rounds; round++)
    {
        foreach (var flow in flows)
            harness.Run(flow);
        if (round == 0)
        {
            foreach (var flow in flows)
                flow.Samples.Clear();
        }
    }

    // Several polls of the reader, for what was sent last.
    SpinWait.SpinUntil(() => false, TimeSpan.FromMilliseconds(500));
    stop.Cancel();
    SpinWait.SpinUntil(() => reading.IsCompleted);
    return (flows, received, lost);

    async Task ReadAsync()
    {
        await foreach (var got in fixture.Datapath.ReadEventsAsync(stop.Token))
        {
            if (got is LostEvent loss)
                lost += loss.Count;
            else
                Interlocked.Increment(ref received);
        }
    }
}

// The same program with traces off, on the same maps.
static BpfObject LoadQuiet(Fixture fixture)
{
    var opened = BpfObject.Open(Path.Combine(AppContext.BaseDirectory, "bpf", ProgramSet.FromEndpoint + ".o"), fixture.Settings.BpfFs);
    foreach (var (mapName, map) in opened.Maps())
    {
        if (BpfObject.IsConstants(mapName))
            continue;
        using var pinned = BpfDescriptor.OpenPinned(Path.Combine(fixture.Settings.BpfFs, mapName));
        if (pinned is not null && LibBpf.SetMapMaxEntries(map, KernelMap.Of(pinned.Value).MaxEntries) < 0)
            throw new InvalidOperationException($"cannot size {mapName}");
    }

    opened.Configure(fixture.Datapath.Config() with { Trace = 0 });
    opened.Load();
    return opened;
}

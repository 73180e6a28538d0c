using System.Globalization;
using System.Text.Json;
using Cilium.Framework.Datapath;
using Cilium.Framework.Datapath.Bench;
using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Datapath.Bpf.Programs;
using Cilium.Framework.Netlink;

// Nanoseconds per packet of the real programs, by BPF_PROG_TEST_RUN. Options: --json, --rounds N.
var json = args.Contains("--json");
var rounds = Array.IndexOf(args, "--rounds") is >= 0 and var at ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : 100;
var name = string.Create(CultureInfo.InvariantCulture, $"bench{Environment.ProcessId}");
var node = NetworkNamespace.Create(name);
try
{
    var report = node.Run(() => Measure(rounds));
    await Console.Out.WriteLineAsync(json ? JsonSerializer.Serialize(report, ReportJson.Plain.Report) : report.ToTable());
}
finally
{
    node.Delete();
}

static Report Measure(int rounds)
{
    using var fixture = new Fixture();
    using var harness = new Harness(fixture.Settings.BpfFs);
    using var quiet = LoadQuiet(fixture);
    var flows = Flows.Create(fixture, harness, new BpfDescriptor(quiet.Program().Descriptor));
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

    stop.Cancel();
    SpinWait.SpinUntil(() => reading.IsCompleted);
    return new(flows.ToDictionary(flow => flow.Name, flow => FlowResult.Of(flow.Samples)), Environment.OSVersion.Version.ToString(), rounds, received, lost);

    async Task ReadAsync()
    {
        await foreach (var got in fixture.Datapath.ReadEventsAsync(stop.Token))
        {
            if (got is LostEvent loss)
                lost += loss.Count;
            else
                received++;
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

using System.Globalization;
using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Datapath.Bpf.Programs;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Datapath.Bench;

/// <summary>One measurement on a node of its own: a namespace, a datapath in it, a reader of events beside it.</summary>
internal static class Measurement
{
    /// <summary>Runs the flows in turn.</summary>
    /// <param name="rounds">Batches of each.</param>
    /// <param name="setup">Of the maps.</param>
    /// <param name="create">Makes the flows, once the maps are filled.</param>
    /// <param name="before">Looks at the maps before anything is run.</param>
    public static Outcome Run(int rounds, FixtureSetup setup, Func<Fixture, Harness, int, IReadOnlyList<Flow>> create, Action<Fixture>? before = null)
    {
        var node = NetworkNamespace.Create(string.Create(CultureInfo.InvariantCulture, $"bench{Environment.ProcessId}"));
        try
        {
            return node.Run(() => RunHere(rounds, setup, create, before));
        }
        finally
        {
            node.Delete();
        }
    }

    private static Outcome RunHere(int rounds, FixtureSetup setup, Func<Fixture, Harness, int, IReadOnlyList<Flow>> create, Action<Fixture>? before)
    {
        using var fixture = new Fixture(setup);
        using var harness = new Harness(fixture.Settings.BpfFs);
        using var quiet = LoadQuiet(fixture);
        var flows = create(fixture, harness, quiet.Program().Descriptor);
        before?.Invoke(fixture);
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
        return new(flows.ToDictionary(flow => flow.Name, flow => FlowResult.Of(flow.Samples)), received, lost);

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
    private static BpfObject LoadQuiet(Fixture fixture)
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
}

/// <summary>What a measurement gave.</summary>
/// <param name="Flows">By name.</param>
/// <param name="EventsReceived">By the reader.</param>
/// <param name="EventsLost">That it did not read in time.</param>
internal sealed record Outcome(IReadOnlyDictionary<string, FlowResult> Flows, long EventsReceived, ulong EventsLost);

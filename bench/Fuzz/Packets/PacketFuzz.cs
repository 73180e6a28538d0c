using System.Diagnostics;
using System.Globalization;
using Cilium.Framework.Datapath;
using Cilium.Framework.Datapath.Bpf;
using Cilium.Framework.Datapath.Simulator;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Fuzz.Packets;

/// <summary>Damaged packets through the simulator and, as root, through the real programs: each is judged, soon, and alike.</summary>
internal sealed class PacketFuzz(Corpus corpus, Mutator mutator, Canary canary)
{
    private const string Kind = "packets";
    private const int ShortestFrame = 14, LongestFrame = 1514, MacsLength = 12;

    /// <summary>Then both begin anew: no memory ends by itself meanwhile (fragments after 30 s), or is full, where each forgets what it likes.</summary>
    private const int RoundPackets = 500_000;

    private static readonly TimeSpan Round = TimeSpan.FromSeconds(15);
    private static readonly Dictionary<string, int> Devices = [];
    private static readonly AttachPoint[] Points = [AttachPoint.FromEndpoint, AttachPoint.ToEndpoint, AttachPoint.FromNetdev];

    private readonly Findings _findings = new(Kind, corpus);
    private readonly IReadOnlyList<byte[]> _inputs = corpus.Read(Kind);
    private readonly Mutator _mutator = mutator;
    private readonly Canary _canary = canary;

    public static FuzzResult Run(Corpus corpus, Mutator mutator, Canary canary, TimeSpan length)
    {
        var run = new PacketFuzz(corpus, mutator, canary);
        if (!Environment.IsPrivilegedProcess)
            return run.Send(length, null, "simulator only: the real programs need root");
        var space = NetworkNamespace.Create(string.Create(CultureInfo.InvariantCulture, $"fuzz{Environment.ProcessId}"));
        try
        {
            return space.Run(() =>
            {
                foreach (var id in new[] { FuzzNode.Client, FuzzNode.Server })
                    Devices[$"lxc{id}"] = Device($"lxc{id}");
                return run.Send(length, new BpfDatapathPlugin(), "simulator and kernel, all compared");
            });
        }
        finally
        {
            space.Delete();
        }
    }

    private FuzzResult Send(TimeSpan length, BpfDatapathPlugin? programs, string note)
    {
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < length && !_findings.IsEnough;)
        {
            var folder = Directory.CreateTempSubdirectory("cilium-fuzz-").FullName;
            var rest = length - Stopwatch.GetElapsedTime(began);
            try
            {
                SendRound(folder, programs, rest < Round ? rest : Round);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        return _findings.Result(note);
    }

    private void SendRound(string folder, BpfDatapathPlugin? programs, TimeSpan length)
    {
        var simulator = new FuzzNode(new SimulatorPlugin(), folder, name => name[^1] - '0');
        var kernel = programs is null ? null : new FuzzNode(programs, folder, name => Devices[name]);
        try
        {
            SendRound(simulator, kernel, length);
        }
        finally
        {
            simulator.Stop();
            kernel?.Stop();
            if (programs is not null)
                FuzzNode.RemoveAll(programs, folder);
        }
    }

    private void SendRound(FuzzNode simulator, FuzzNode? kernel, TimeSpan length)
    {
        var began = Stopwatch.GetTimestamp();
        for (var number = 0; number < RoundPackets && Stopwatch.GetElapsedTime(began) < length && !_findings.IsEnough; number++)
        {
            var frame = number < _inputs.Count ? _inputs[number] : Framed(_mutator.Next(_inputs), _mutator);
            var point = number < _inputs.Count ? AttachPoint.FromEndpoint : _mutator.Pick(Points);
            try
            {
                Judge(new(point, point == AttachPoint.ToEndpoint ? FuzzNode.Server : FuzzNode.Client, frame), frame, simulator, kernel);
            }
            catch (Exception exception)
            {
                _findings.Add(frame, $"{point}: {exception.GetType().Name}: {exception.Message}");
            }
        }
    }

    private void Judge(PacketInjection injection, byte[] frame, FuzzNode simulator, FuzzNode? kernel)
    {
        var started = _canary.Now();
        var (simulated, real) = (simulator.Send(injection), kernel?.Send(injection));
        _findings.Done(frame, _canary.Since(started), simulated?.Kind is not null and not VerdictKind.Drop);
        if (simulated is not null && real is not null && (simulated.Kind, simulated.Reason, simulated.Endpoint) != (real.Kind, real.Reason, real.Endpoint))
            _findings.Add(frame, $"{injection.Point}: the simulator says {simulated.Kind} {simulated.Reason} {simulated.Endpoint}, the kernel {real.Kind} {real.Reason} {real.Endpoint}");
    }

    private static int Device(string name)
    {
        using var netlink = RouteNetlink.Open();
        netlink.CreateVeth(new VethPair { Name = name, PeerName = $"{name}p" });
        var index = netlink.FindLink(name)!.Index;
        netlink.SetUp(index);
        return index;
    }

    // Mostly from the endpoint that it says: everything else ends at the first check.
    private static byte[] Framed(byte[] made, Mutator mutator)
    {
        var frame = new byte[Math.Clamp(made.Length, ShortestFrame, LongestFrame)];
        made.AsSpan(0, Math.Min(made.Length, frame.Length)).CopyTo(frame);
        if (mutator.Random.Next(10) == 0)
            return frame;
        var (own, host) = FuzzNode.Macs(FuzzNode.Client);
        host.CopyTo(frame);
        own.CopyTo(frame.AsSpan(MacsLength / 2));
        return frame;
    }
}

using System.Diagnostics;
using System.Globalization;
using Cilium.Framework.Datapath;
using Cilium.Framework.Datapath.Bpf;
using Cilium.Framework.Datapath.Simulator;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Fuzz.Packets;

/// <summary>Damaged packets through the simulator and, as root, through the real programs: each is judged, soon, and alike.</summary>
internal static class PacketFuzz
{
    private const string Kind = "packets";
    private const int ShortestFrame = 14, LongestFrame = 1514, MacsLength = 12;

    private static readonly AttachPoint[] Points = [AttachPoint.FromEndpoint, AttachPoint.ToEndpoint, AttachPoint.FromNetdev];

    public static FuzzResult Run(Corpus corpus, Mutator mutator, TimeSpan length)
    {
        var folder = Directory.CreateTempSubdirectory("cilium-fuzz-").FullName;
        var simulator = new FuzzNode(new SimulatorPlugin(), folder, name => name[^1] - '0');
        try
        {
            if (!Environment.IsPrivilegedProcess)
                return Send(corpus, mutator, length, simulator, null, "simulator only: the real programs need root");
            var space = NetworkNamespace.Create(string.Create(CultureInfo.InvariantCulture, $"fuzz{Environment.ProcessId}"));
            try
            {
                return space.Run(() => WithPrograms(folder, kernel => Send(corpus, mutator, length, simulator, kernel, "simulator and kernel")));
            }
            finally
            {
                space.Delete();
            }
        }
        finally
        {
            simulator.Stop();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static FuzzResult WithPrograms(string folder, Func<FuzzNode, FuzzResult> use)
    {
        var plugin = new BpfDatapathPlugin();
        var kernel = new FuzzNode(plugin, folder, Device);
        try
        {
            return use(kernel);
        }
        finally
        {
            kernel.Stop();
            FuzzNode.RemoveAll(plugin, folder);
        }
    }

    private static int Device(string name)
    {
        using var netlink = RouteNetlink.Open();
        netlink.CreateVeth(new VethPair { Name = name, PeerName = $"{name}p" });
        var index = netlink.FindLink(name)!.Index;
        netlink.SetUp(index);
        return index;
    }

    private static FuzzResult Send(Corpus corpus, Mutator mutator, TimeSpan length, FuzzNode simulator, FuzzNode? kernel, string note)
    {
        var (findings, inputs, number, forgotten) = (new Findings(Kind, corpus), corpus.Read(Kind), 0, 0L);
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < length && !findings.IsEnough; number++)
        {
            var frame = number < inputs.Count ? inputs[number] : Framed(mutator.Next(inputs), mutator);
            var point = number < inputs.Count ? AttachPoint.FromEndpoint : mutator.Pick(Points);
            var injection = new PacketInjection(point, point == AttachPoint.ToEndpoint ? FuzzNode.Server : FuzzNode.Client, frame);
            try
            {
                var (simulated, real, took) = Judge(injection, simulator, kernel);
                for (var tries = 1; tries < Findings.Tries && took > Findings.Limit; tries++)
                    took = Judge(injection, simulator, kernel).Took is var again && again < took ? again : took;
                findings.Done(frame, took, simulated?.Kind is not null and not VerdictKind.Drop);
                if (simulated is null || real is null || (simulated.Kind, simulated.Reason, simulated.Endpoint) == (real.Kind, real.Reason, real.Endpoint))
                    continue;
                if (IsMemory(simulated) || IsMemory(real))
                    forgotten++;
                else
                    findings.Add(frame, $"{point}: the simulator says {simulated.Kind} {simulated.Reason} {simulated.Endpoint}, the kernel {real.Kind} {real.Reason} {real.Endpoint}");
            }
            catch (Exception exception)
            {
                findings.Add(frame, $"{point}: {exception.GetType().Name}: {exception.Message}");
            }
        }

        return findings.Result(forgotten == 0 ? note : string.Create(CultureInfo.InvariantCulture, $"{note}; {forgotten} not compared, because one of them had no room to remember"));
    }

    private static (PacketVerdict? Simulated, PacketVerdict? Real, TimeSpan Took) Judge(PacketInjection injection, FuzzNode simulator, FuzzNode? kernel)
    {
        var started = Stopwatch.GetTimestamp();
        var (simulated, real) = (simulator.Send(injection), kernel?.Send(injection));
        return (simulated, real, Stopwatch.GetElapsedTime(started));
    }

    // Under this flood of flows and fragments the kernel's hashes forget the oldest, and the simulator takes no more: both drop then, but not the same packets.
    private static bool IsMemory(PacketVerdict verdict) => verdict.Reason is DropReason.FragmentNotTracked or DropReason.ConntrackInsertionFailed;

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

using System.Diagnostics;
using System.Globalization;
using Cilium.Framework.Bench;
using Cilium.Framework.Datapath.Bpf;
using Cilium.Framework.Datapath.Bpf.Programs;
using Cilium.Framework.Datapath.Suite;
using Cilium.Framework.Lab;
using Cilium.Framework.Netlink;
using static Cilium.Framework.Bench.CallerThread;

namespace Cilium.Framework.Node.Bench;

/// <summary>What the kernel takes of an attach: filters and settings of the device, and the maps, by the datapath of the layout, without an agent around it.</summary>
internal static class KernelWork
{
    /// <param name="layout">Where the datapath lies.</param>
    /// <param name="attach">As <c>datapath.bpf.attach</c> has it.</param>
    /// <param name="count">Endpoints to attach, one after the other; below 250.</param>
    /// <returns>Time of each.</returns>
    public static IReadOnlyList<TimeSpan> Measure(Layout layout, string attach, int count)
    {
        var folder = Directory.CreateTempSubdirectory("cilium-bench-").FullName;
        var node = NetworkNamespace.Create(string.Create(CultureInfo.InvariantCulture, $"nbk{Environment.ProcessId}"));
        var context = new FakePluginContext(folder) { PluginDirectory = Path.Combine(layout.Plugins, "Datapath.Bpf") };
        var settings = new BpfSettings { BpfFs = Path.Combine(folder, "bpffs"), Attach = Enum.Parse<AttachMode>(attach, ignoreCase: true) };
        try
        {
            return node.Run(() => Attach(context, settings, count));
        }
        finally
        {
            node.Run(() => Done(new BpfDatapath(context, settings).RemoveAllAsync(default)));
            node.Delete();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static List<TimeSpan> Attach(FakePluginContext context, BpfSettings settings, int count)
    {
        var (datapath, times) = (new BpfDatapath(context, settings), new List<TimeSpan>());
        try
        {
            Done(datapath.InitializeAsync(default));
            foreach (var row in Enumerable.Range(1, count).Select(number => VethEndpoint.Create((ushort)number, identity: 1001, policy: null)).ToList())
            {
                var started = Stopwatch.GetTimestamp();
                Apply(datapath.Endpoints, row);
                times.Add(Stopwatch.GetElapsedTime(started));
            }

            return times;
        }
        finally
        {
            var disposing = datapath.DisposeAsync().AsTask();
            SpinWait.SpinUntil(() => disposing.IsCompleted);
        }
    }
}

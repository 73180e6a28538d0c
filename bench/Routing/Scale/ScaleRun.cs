using System.Diagnostics;
using System.Globalization;
using Cilium.Framework.Bench;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Servers;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Routing.Bench.Scale;

/// <summary>A real agent whose store holds a large cluster; the other nodes are there in the store alone.</summary>
internal static class ScaleRun
{
    private const int Changes = 2_000, Samples = 15;

    /// <param name="isTunnel">VXLAN, else direct.</param>
    /// <param name="layout">Where the programs lie.</param>
    /// <param name="folder">For state and logs.</param>
    public static async Task<ScaleFigures> MeasureAsync(bool isTunnel, Layout layout, string folder)
    {
        await using var lab = LabCluster.Create(string.Create(CultureInfo.InvariantCulture, $"rs{Environment.ProcessId}"), new LabCabling { RoutesPods = false });
        using var etcd = await EtcdCluster.StartAsync(Directory.CreateDirectory(Path.Combine(folder, "etcd")).FullName, new EtcdServerSettings { Address = LabCluster.StoreIPv4, Namespace = lab.Store }, default);
        await lab.StartNodesAsync(1, layout, folder, ["kvstore.provider=etcd", $"kvstore.etcd.endpoints.0={etcd.Endpoints[0]}", .. Bed.Routing(isTunnel)], default);
        var node = lab.Nodes[0];
        using (var netlink = RouteNetlink.Open(node.Network.Node))
            netlink.AddAddress(netlink.FindLink(LabNetwork.NodeDevice)!.Index, LargeCluster.OwnAddress, LargeCluster.UnderlayLength);
        var server = etcd.Members[0].Api;
        using var realised = new Realised(node, isTunnel);

        var began = Stopwatch.GetTimestamp();
        await LargeCluster.WriteAsync(server, LargeCluster.All());
        var written = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var followed = Stopwatch.GetElapsedTime(began, realised.WaitForAll()).TotalSeconds;

        await node.Agent.KillAsync(default);
        began = Stopwatch.GetTimestamp();
        await node.StartAgentAsync(default);
        var started = Stopwatch.GetElapsedTime(began).TotalSeconds;

        // Several turns of the loop that gives memory back.
        await Task.Delay(TimeSpan.FromSeconds(6), TimeProvider.System);
        var resident = ProcessFigures.ResidentMegabytes(node.Agent.Id);
        var (address, change) = await ChangeAddressesAsync(node, server, realised);
        var nodes = await ChangeNodesAsync(server, realised);
        var (empty, processor) = await StartWithNothingAsync(node, isTunnel);
        return new ScaleFigures(followed, written, started, empty, processor, resident, address, nodes, change);
    }

    private static async Task<(double Milliseconds, double Microseconds)> ChangeAddressesAsync(LabNode node, EtcdApi server, Realised realised)
    {
        var times = new List<double>();
        for (var i = 0; i < Samples; i++)
        {
            var (number, began) = (i * 997, Stopwatch.GetTimestamp());
            await LargeCluster.WriteAsync(server, [LargeCluster.Address(number, pass: 1)]);
            times.Add(Stopwatch.GetElapsedTime(began, realised.WaitFor(LargeCluster.Pod(number), LargeCluster.IdentityOf(number, pass: 1))).TotalMilliseconds);
        }

        var before = ProcessFigures.ProcessorSeconds(node.Agent.Id);
        for (var number = 0; number < Changes; number++)
            await LargeCluster.WriteAsync(server, [LargeCluster.Address(number, pass: 2)]);
        realised.WaitFor(LargeCluster.Pod(Changes - 1), LargeCluster.IdentityOf(Changes - 1, pass: 2));
        return (Median(times), (ProcessFigures.ProcessorSeconds(node.Agent.Id) - before) * 1e6 / Changes);
    }

    private static async Task<double> ChangeNodesAsync(EtcdApi server, Realised realised)
    {
        var times = new List<double>();
        for (var i = 0; i < Samples; i++)
        {
            var (range, entry) = (LargeCluster.Range(LargeCluster.Nodes + i), LargeCluster.Node(LargeCluster.Nodes + i));
            var began = Stopwatch.GetTimestamp();
            await LargeCluster.WriteAsync(server, [entry]);
            times.Add(Stopwatch.GetElapsedTime(began, realised.WaitFor(range, isThere: true)).TotalMilliseconds);
            began = Stopwatch.GetTimestamp();
            await LargeCluster.DeleteAsync(server, entry.Key);
            times.Add(Stopwatch.GetElapsedTime(began, realised.WaitFor(range, isThere: false)).TotalMilliseconds);
        }

        return Median(times);
    }

    private static async Task<(double Seconds, double Processor)> StartWithNothingAsync(LabNode node, bool isTunnel)
    {
        await node.Agent.KillAsync(default);
        Mounts.RemoveBelow(node.Folder);
        Directory.Delete(Path.Combine(node.Folder, "state"), recursive: true);
        using (var netlink = RouteNetlink.Open(node.Network.Node))
        {
            foreach (var name in (string[])["cilium_vxlan", "cilium_host"])
            {
                if (netlink.FindLink(name) is not null)
                    netlink.DeleteLink(name);
            }
        }

        var began = Stopwatch.GetTimestamp();
        await node.StartAgentAsync(default);
        using var realised = new Realised(node, isTunnel);
        return (Stopwatch.GetElapsedTime(began, realised.WaitForAll()).TotalSeconds, ProcessFigures.ProcessorSeconds(node.Agent.Id));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}

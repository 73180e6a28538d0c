using Cilium.Framework.EndToEnd.Tests.Stores;
using Cilium.Framework.Lab;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

/// <summary>Pods of both families use what the network between the nodes bears, whatever that is.</summary>
public abstract class UnderlayTests(RoutedNodes nodes) : IAsyncLifetime
{
    private const int Bytes = 8 << 20;

    /// <summary>Headers of IPv6 and TCP with its time stamps; those of IPv4 are smaller.</summary>
    private const int Headers = 40 + 32;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await nodes.HealAsync(Stop);

    public ValueTask DisposeAsync()
    {
        nodes.ShowLogsOfFailure();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Packets_between_pods_may_be_as_large_as_it_bears_and_no_byte_larger(bool v6)
    {
        Assert.Equal(nodes.RouteMtu, (await nodes.Nodes[0].Agent.Client.GetConfigurationAsync(Stop)).RouteMtu);
        await LargestPacket.IsAsync(nodes.RouteMtu, From.Namespace, To.Address(v6), Patience.Of(TimeSpan.FromSeconds(5)), Stop);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_transfer_arrives_whole_in_segments_that_use_it(bool v6)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(Patience.Of(TimeSpan.FromSeconds(20)));
        var segment = await WholeTransfer.SegmentAsync(Bytes, From.Namespace, To.Namespace, To.Address(v6), SharedStore.SecondPort, deadline.Token);
        // The last one, and those at the edge of a window, are smaller.
        Assert.InRange(segment, (nodes.RouteMtu - Headers) / 2, nodes.RouteMtu - Headers + 20);
    }

    private LabPod From => nodes.Nodes[0].Pods.First(pod => pod.Name == "client");

    private LabPod To => nodes.Nodes[1].Pods.First(pod => pod.Name == "client");
}

using Cilium.Framework.Conformance.Datapath;

namespace Cilium.Framework.Datapath.Bpf.Tests.Conformance;

/// <summary>The real datapath for the suites of the kit: on a node of its own, with veth devices, called inside its namespace.</summary>
internal sealed class NodeUnderTest : DatapathUnderTest
{
    private readonly TestNode _node;

    private NodeUnderTest(TestNode node)
        : base(node.Datapath) => _node = node;

    public static NodeUnderTest Create() => new(new TestNode(initialize: false));

    public override ValueTask<TestDevice> AddDeviceAsync(ushort endpoint)
    {
        var row = _node.AddDevice(endpoint, 1000u + endpoint).Row;
        return new(new TestDevice(row.IfIndex, row.Device, row.Mac, row.HostMac));
    }

    public override ValueTask<T> RunAsync<T>(Func<ValueTask<T>> call) => new(_node.In(() => TestNode.Done(call())));

    public override ValueTask<bool> RestartAsync()
    {
        _node.Restart();
        Datapath = _node.Datapath;
        return new(true);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _node.Dispose();
    }
}


namespace Cilium.Framework.Datapath.Bpf.Tests.Conntrack;

public sealed class FullTableTests : TwoEndpoints
{
    [Fact]
    public void A_full_table_forgets_somebody_else_and_lets_the_new_connection_pass()
    {
        for (ushort port = 1; port <= 10000; port++)
            Delivered(Server, Node.From(Client, Frames.UdpFrom(Client, ServerIPv4, port, 53)));

        Assert.InRange(Node.Connections().Count, 1000, 8192);
    }
}

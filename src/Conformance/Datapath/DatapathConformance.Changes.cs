using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Datapath;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Datapath;

public abstract partial class DatapathConformance
{
    private const string JudgedAgain = "IDatapath.Policies: an upsert is acknowledged when existing connections are judged by it too.";

    [Fact]
    public async Task A_policy_that_no_longer_allows_ends_connections()
    {
        var promise = new Promise(JudgedAgain, "the verdict that a connection keeps: it holds only while nothing that it depends on has changed.");
        Delivered(promise, Server, await TcpAsync(Client, Server, false, 40000, 80), "a packet to an allowed port");
        await SetAsync(promise, Datapath.Policies, Policy(ServerIdentity, In(IpProtocol.Tcp, 8080), In(IpProtocol.Udp, 53)));
        Dropped(promise, DropReason.PolicyDenied, await TcpAsync(Client, Server, false, 40000, 80, Frames.Ack), "a packet of a connection that the new policy does not allow");
        Dropped(promise, DropReason.PolicyDenied, await TcpAsync(Server, Client, false, 80, 40000, Frames.Ack), "its reply");
        Delivered(promise, Server, await TcpAsync(Client, Server, false, 40001, 8080), "a packet to the port that is allowed instead");
    }

    [Fact]
    public async Task Rows_that_say_the_same_again_disturb_no_connection()
    {
        var promise = new Promise("IReconcileTarget.ApplyAsync: applying a row that is already realised changes nothing: connections go on.", "writes of equal rows that empty something for a moment.");
        Delivered(promise, Server, await TcpAsync(Client, Server, false, 40000, 80), "the first packet");
        await SetAsync(promise, Datapath.Policies, Policy(ServerIdentity, ServerPolicy));
        await SetAsync(promise, Datapath.Endpoints, Server);
        await SetAsync(promise, Datapath.IpCache, new IpCacheRow(IpPrefix.Host(Server.IPv4!), Server.Identity, null, IpCacheOrigin.Endpoint));
        Delivered(promise, Client, await TcpAsync(Server, Client, false, 80, 40000, Frames.SynAck), "a reply after every row came again");
        Delivered(promise, Server, await TcpAsync(Client, Server, false, 40000, 80, Frames.Ack), "the next packet after every row came again");
    }

    [Fact]
    public async Task Deleting_an_endpoint_forgets_its_connections()
    {
        var promise = new Promise("IDatapath.Endpoints: deletion forgets the endpoint's connections.", "connections that outlive their endpoint let the next one with the same address receive what it never asked for.");
        await TcpAsync(Client, Server, false, 40000, 80);
        await RemoveAsync(promise, Datapath.Endpoints, Client);
        promise.Equal(0, (await ViewAsync(view => view.ListConnectionsAsync(Stop))).Count, "connections after one of the two ends was deleted");
        await SetAsync(promise, Datapath.Endpoints, Client);
        Dropped(promise, DropReason.PolicyDenied, await TcpAsync(Server, Client, false, 80, 40000, Frames.SynAck), "a reply to a connection of the endpoint before");
    }

    [Fact]
    public async Task Deleting_a_policy_closes_its_endpoints()
    {
        var promise = new Promise("IDatapath fails closed: an endpoint whose policy is gone drops everything.", "a policy that is not found must not count as empty or as allowing.");
        await TcpAsync(Client, Server, false, 40000, 80);
        await RemoveAsync(promise, Datapath.Policies, Policy(ServerIdentity));
        Dropped(promise, DropReason.PolicyNotReady, await TcpAsync(Client, Server, false, 40000, 80, Frames.Ack), "a packet of an existing connection");
        Dropped(promise, DropReason.PolicyNotReady, await TcpAsync(Client, Server, false, 40001, 80), "a packet of a new connection");
    }

    [Fact]
    public async Task What_is_realised_goes_on_under_a_new_process()
    {
        var promise = new Promise("DatapathCapabilities.SurvivesAgent: what is realised goes on working while no agent runs; InitializeAsync takes it over.", "state that lives in the process. Claim the capability only when it does not.");
        var claimed = Datapath.Capabilities.HasFlag(DatapathCapabilities.SurvivesAgent);
        await TcpAsync(Client, Server, false, 40000, 80);
        var restarted = await Node.RestartAsync();
        promise.Kept(restarted || !claimed, () => "SurvivesAgent is claimed, but RestartAsync gives false: nothing shows it.");
        if (!claimed)
        {
            NotApplicable("SurvivesAgent is not claimed");
            return;
        }

        await StartAsync();
        Delivered(promise, Client, await TcpAsync(Server, Client, false, 80, 40000, Frames.SynAck), "the reply of a connection from before the restart");
        promise.Equal(2, (await ViewAsync(view => view.ListEndpointsAsync(Stop))).Count, "endpoints after the restart");
    }
}

using Cilium.Framework.Agent.Api;
using Cilium.Framework.Agent.Tests.State;
using Cilium.Framework.Ipam;
using Cilium.Framework.State;

namespace Cilium.Framework.Agent.Tests.Api;

public sealed class IpamAnswersTests
{
    [Fact]
    public async Task A_node_that_has_no_range_yet_refuses_instead_of_giving_nothing()
    {
        using var folder = new TemporaryFolder();
        using var state = StateDirectory.Open(folder["state"]);
        using var ipam = new IpamService(new AnyIpam(), new(state, "ipam.json", IpamStateJson.Default.IpamState));
        ipam.Start([]);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => ipam.AnswerAsync("container", family: null, TestContext.Current.CancellationToken));
        Assert.Equal((502, "This node has no range of addresses yet; cilium status says what it waits for. Ask again later."), (refused.Status, refused.Message));
    }
}

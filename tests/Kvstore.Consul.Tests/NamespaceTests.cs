using Cilium.Framework.Kvstore.Consul.Tests.Servers;
using Cilium.Framework.Lab.Servers;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Kvstore.Consul.Tests;

[Trait("Needs", "Root")]
public sealed class NamespaceTests
{
    [Fact]
    public async Task Servers_of_a_namespace_are_found_there_and_nowhere_else()
    {
        Require.Root();
        using var folder = new TemporaryFolder();
        var network = NetworkNamespace.Create($"cilium-consul-{Environment.ProcessId}");
        try
        {
            using var cluster = await ConsulCluster.StartAsync(new(RequireConsul.Program(), folder["servers"]) { NetworkNamespace = network }, TestContext.Current.CancellationToken);
            var peers = new Uri(cluster.Addresses[0], "/v1/status/peers");
            Assert.Contains("127.0.0.1", await cluster.Client.GetStringAsync(peers, TestContext.Current.CancellationToken), StringComparison.Ordinal);
            using var here = new HttpClient();
            await Assert.ThrowsAsync<HttpRequestException>(() => here.GetStringAsync(peers, TestContext.Current.CancellationToken));
        }
        finally
        {
            network.Delete();
        }
    }
}

using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Lab.Servers;
using Cilium.Framework.Routing.KubeRouter.GoBgp;
using Cilium.Framework.Routing.KubeRouter.Tests.Servers;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.Tests;

/// <summary>Over TCP, as kube-router offers it. Left out of the fast tests like all that start servers; nobody is a neighbour, so root is not needed.</summary>
[Trait("Needs", "Root")]
public sealed class LoopbackTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_server_is_asked_over_its_loopback_port(int version)
    {
        var program = RequireBgp.GoBgpd(version);
        var stop = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        var api = FreePort();
        using var server = await GoBgpd.StartAsync(new(program, folder.Path) { ListenPort = -1, Api = api }, stop);
        using var connection = await GoBgpConnection.OpenAsync(new(GoBgpAddress.Parse($"http://{api}")) { CallTimeout = TimeSpan.FromSeconds(20) }, TimeProvider.System, stop);
        Assert.Equal((version, new BgpSpeaker(64512, IPAddress.Parse("192.0.2.10"))), ((int)connection.Version, await connection.Api.GetSpeakerAsync(stop)));
        await connection.Api.AdvertiseAsync(IpPrefix.Parse("10.1.0.0/24"), IPAddress.Parse("192.0.2.10"), stop);
        Assert.Equal("10.1.0.0/24", Assert.Single(await connection.Api.ListRoutesAsync(AddressFamily.InterNetwork, stop)).Prefix.ToString());
        Assert.Contains("10.1.0.0/24", await server.CommandAsync(stop, "global", "rib"), StringComparison.Ordinal);
    }

    private static IPEndPoint FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }
}

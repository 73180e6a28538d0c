using System.Net;
using Cilium.Framework.Endpoints;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;
using Cilium.Framework.State;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Core.Tests.Endpoints;

public sealed class EndpointRefusalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StateDirectory _state;
    private readonly Table<ushort, EndpointRequest> _table = new("endpoint-requests", request => request.Id);
    private readonly EndpointRegistry _registry;

    public EndpointRefusalTests()
    {
        _state = StateDirectory.Open(_folder["state"]);
        _registry = new EndpointRegistry(_table, new(_state, "endpoints.json", EndpointsStateJson.Default.EndpointsState), LabelFilter.Create([]));
    }

    public void Dispose()
    {
        _state.Dispose();
        _folder.Dispose();
    }

    private Task<EndpointResult> AddAsync(string address, params string[] labels)
    {
        var parsed = IPAddress.Parse(address);
        var isIPv4 = parsed.GetAddressBytes().Length == 4;
        return _registry.AddAsync(new(0, "", "", "lxc1", 9, new MacAddress(1), new MacAddress(2), isIPv4 ? parsed : null, isIPv4 ? null : parsed, LabelSet.Parse(labels)), TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("0.0.0.0", "an address of \"this network\" (0.0.0.0/8)")]
    [InlineData("0.1.2.3", "an address of \"this network\" (0.0.0.0/8)")]
    [InlineData("127.0.0.1", "a loopback address (127.0.0.0/8)")]
    [InlineData("224.0.0.1", "a multicast address (224.0.0.0/4)")]
    [InlineData("239.255.255.250", "a multicast address (224.0.0.0/4)")]
    [InlineData("255.255.255.255", "the broadcast address (255.255.255.255/32)")]
    [InlineData("::", "the unspecified address (::/128)")]
    [InlineData("::1", "the loopback address (::1/128)")]
    [InlineData("fe80::1", "a link-local address (fe80::/10)")]
    [InlineData("ff02::1", "a multicast address (ff00::/8)")]
    public async Task An_address_that_nobody_can_send_to_is_refused(string address, string why)
    {
        var refused = await AddAsync(address, "k8s:app=web");
        Assert.Equal(EndpointRefusal.Invalid, refused.Refusal);
        Assert.StartsWith($"Address {address} is {why}. Accepted: a unicast address", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("Nothing was changed.", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_table);
    }

    [Theory]
    [InlineData("10.1.0.2")]
    [InlineData("198.51.100.7")]
    [InlineData("fd00::2")]
    [InlineData("2001:db8::2")]
    public async Task A_unicast_address_is_taken(string address) => Assert.NotNull((await AddAsync(address, "k8s:app=web")).Request);

    [Fact]
    public async Task Labels_that_are_known_and_not_known_at_once_are_refused()
    {
        var refused = await AddAsync("10.1.0.2", "reserved:init", "k8s:app=web");
        Assert.Equal(EndpointRefusal.Invalid, refused.Refusal);
        Assert.Equal(
            "Label reserved:init says that the labels are not known yet, but others are given beside it: k8s:app=web,reserved:init. Give it alone, or leave it out. Nothing was changed.",
            refused.Message);
        Assert.NotNull((await AddAsync("10.1.0.2", "reserved:init")).Request);
    }
}

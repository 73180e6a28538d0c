using System.Net;
using Cilium.Framework.Agent.Endpoints;
using Cilium.Framework.Endpoints;
using Cilium.Framework.Labels;

namespace Cilium.Framework.Agent.Tests.Endpoints;

public class EndpointIdFormTests
{
    private static readonly EndpointRequest Known = new()
    {
        Id = 7, ContainerId = "c1", Device = "lxc7", IfIndex = 9, Mac = default, HostMac = default,
        IPv4 = IPAddress.Parse("10.1.0.2"), IPv6 = IPAddress.Parse("fd00::2"), Labels = LabelSet.Empty, IdentityLabels = LabelSet.Empty,
    };

    [Theory]
    [InlineData("7")]
    [InlineData("cilium-local:7")]
    [InlineData("container-id:c1")]
    [InlineData("ipv4:10.1.0.2")]
    [InlineData("ipv6:fd00:0::2")]
    public void Each_form_finds_the_endpoint(string text) => Assert.True(EndpointIdForm.Parse(text)(Known));

    [Theory]
    [InlineData("8")]
    [InlineData("container-id:c")]
    [InlineData("ipv4:10.1.0.3")]
    public void Another_value_does_not(string text) => Assert.False(EndpointIdForm.Parse(text)(Known));

    [Fact]
    public void What_would_garble_a_terminal_is_not_repeated() =>
        Assert.StartsWith("Endpoint id \"\\u001b[31m\\u000a\" is not understood.", Assert.Throws<RefusedException>(() => EndpointIdForm.Parse("\u001b[31m\n")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("70000")]
    [InlineData("-1")]
    [InlineData("container-id:")]
    [InlineData("ipv4:10.1.0")]
    [InlineData("ipv4:fd00::2")]
    [InlineData("ipv6:10.1.0.2")]
    [InlineData("pod-name:a:b")]
    public void What_is_no_form_is_refused_with_those_that_are(string text)
    {
        var refused = Assert.Throws<RefusedException>(() => EndpointIdForm.Parse(text));
        Assert.Equal(400, refused.Status);
        Assert.Equal($"Endpoint id \"{text}\" is not understood. Accepted: a number 1..65535, container-id:ID, ipv4:ADDRESS, ipv6:ADDRESS.", refused.Message);
    }
}

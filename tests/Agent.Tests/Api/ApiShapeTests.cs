using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Agent.Tests.Api;

/// <summary>Names of the resources, as clients of Cilium's API v1 read them. What differs on purpose is listed in docs/operations/rest-api.md.</summary>
public class ApiShapeTests
{
    [Theory]
    [InlineData(typeof(Policy), "policy revision")]
    [InlineData(typeof(DaemonConfiguration), "addressing deviceMTU node-name policy-enforcement routeMTU")]
    [InlineData(typeof(IpamResponse), "address host-addressing")]
    [InlineData(typeof(NodeAddressingElement), "alloc-range enabled ip")]
    [InlineData(typeof(Identity), "id labels")]
    [InlineData(typeof(Endpoint), "id status")]
    [InlineData(typeof(EndpointStatus), "external-identifiers identity labels message networking policy state")]
    [InlineData(typeof(EndpointNetworking), "addressing host-mac interface-index interface-name mac")]
    [InlineData(typeof(EndpointPolicy), "allowed-egress-identities allowed-ingress-identities policy-enabled policy-revision")]
    [InlineData(typeof(EndpointChangeRequest), "addressing container-id container-name host-mac id interface-index interface-name labels mac state sync-build-endpoint")]
    [InlineData(typeof(ApiError), "error")]
    public void A_resource_has_these_members(Type type, string expected) =>
        Assert.Equal(expected, string.Join(' ', ApiJson.Plain.GetTypeInfo(type)!.Properties.Select(property => property.Name).Order(StringComparer.Ordinal)));

    [Fact]
    public void A_policy_is_a_text_beside_its_revision() => Assert.Equal(
        """{"revision":2,"policy":"[]"}""", JsonSerializer.Serialize(new Policy { Revision = 2, Rules = "[]" }, (JsonTypeInfo<Policy>)ApiJson.Plain.GetTypeInfo(typeof(Policy))!));
}

using System.Text.Json;
using Cilium.Framework.Agent.Api;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Agent.Tests.Api;

public class JsonShapeTests
{
    private static IReadOnlyList<string> Check(string json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonShape.Check(document.RootElement, ApiJson.Plain.EndpointChangeRequest);
    }

    [Fact]
    public void What_fits_has_no_problem() => Assert.Empty(Check(
        """{"id":0,"container-id":"c","container-name":null,"interface-name":"lxc1","addressing":{"ipv4":"10.1.0.2"},"labels":["k8s:app=web"],"sync-build-endpoint":true}"""));

    [Theory]
    [InlineData("5", "the body: 5 is not accepted. Accepted: an object.")]
    [InlineData("""{"macc":"x"}""", "macc: is not a known field. Nearest known: mac.")]
    [InlineData("""{"Mac":"x"}""", "Mac: is not a known field. Nearest known: mac.")]
    [InlineData("""{"addressing":{"ip4":"x"}}""", "addressing.ip4: is not a known field. Nearest known: ipv4.")]
    [InlineData("""{"nothing-near":"x"}""", "nothing-near: is not a known field. Known: id, container-id, container-name, interface-name, interface-index, mac, host-mac, addressing, labels, state, sync-build-endpoint.")]
    [InlineData("""{"mac":"x","mac":"y"}""", "mac: is given twice.")]
    [InlineData("""{"addressing":{"ipv4":"x","ipv4":"x"}}""", "addressing.ipv4: is given twice.")]
    [InlineData("""{"addressing":[]}""", "addressing: [] is not accepted. Accepted: an object.")]
    [InlineData("""{"mac":5}""", "mac: 5 is not accepted. Accepted: a text.")]
    [InlineData("""{"id":"7"}""", "id: \"7\" is not accepted. Accepted: a whole number.")]
    [InlineData("""{"id":7.5}""", "id: 7.5 is not accepted. Accepted: a whole number.")]
    [InlineData("""{"id":99999999999}""", "id: 99999999999 is not accepted. Accepted: a whole number.")]
    [InlineData("""{"id":null}""", "id: null is not accepted. Accepted: a whole number.")]
    [InlineData("""{"sync-build-endpoint":1}""", "sync-build-endpoint: 1 is not accepted. Accepted: true or false.")]
    [InlineData("""{"labels":"x"}""", "labels: \"x\" is not accepted. Accepted: a list.")]
    [InlineData("""{"labels":["a",null]}""", "labels[1]: null is not accepted. Accepted: a text.")]
    public void What_does_not_fit_is_named_with_its_path(string json, string expected) => Assert.Equal([expected], Check(json));

    [Fact]
    public void Every_problem_is_named() => Assert.Equal(3, Check("""{"mac":5,"labels":[1],"nothing":1}""").Count);

    [Fact]
    public void A_long_value_is_shortened() => Assert.True(Check($$"""{"labels":"{{new string('x', 5000)}}"}""")[0].Length < 150);
}

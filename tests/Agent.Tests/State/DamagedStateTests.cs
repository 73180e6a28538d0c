using Cilium.Framework.Endpoints;
using Cilium.Framework.Errors;
using Cilium.Framework.Hosting;
using Cilium.Framework.Identities;
using Cilium.Framework.Ipam;
using Cilium.Framework.Nodes;
using Cilium.Framework.Policies;
using Cilium.Framework.Routes;
using Cilium.Framework.State;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Agent.Tests.State;

/// <summary>An agent that cannot read what it was told refuses to start, names the file and leaves it as it is.</summary>
public sealed class DamagedStateTests : IDisposable
{
    private const string Endpoint =
        """{"Id":7,"ContainerId":"c","ContainerName":"","Device":"lxc7","IfIndex":9,"Mac":"0a:00:00:00:00:01","HostMac":"0a:00:00:00:00:02","IPv4":"10.1.0.2","IPv6":null,"Labels":["k8s:a=b"]}""";

    private const string Rule = """{"Origin":"p","Text":"{\"endpointSelector\":{},\"ingress\":[{}]}","Cookies":[16]}""";

    private readonly TemporaryFolder _folder = new();
    private readonly StateDirectory _state;

    public DamagedStateTests() => _state = StateDirectory.Open(_folder["state"]);

    public void Dispose()
    {
        _state.Dispose();
        _folder.Dispose();
    }

    private string File(string name) => Path.Combine(_state.Path, name);

    private void Restore(string name)
    {
        switch (name)
        {
            case "endpoints.json":
                new EndpointRegistry(new Table<ushort, EndpointRequest>("endpoint-requests", row => row.Id), new(_state, name, EndpointsStateJson.Default.EndpointsState), LabelFilter.Create([])).Restore(_ => true);
                break;
            case "rules.json":
                new RuleRegistry(new Table<string, RulesRow>("rules", _ => RulesRow.Key), new(_state, name, RulesStateJson.Default.RulesState)).Restore();
                break;
            case "identities.json":
                new IdentityStateFile(new(_state, name, IdentityStateJson.Default.IdentityState)).Load();
                break;
            case "ipam.json":
                using (var ipam = new IpamService(new AnyIpam(), new(_state, name, IpamStateJson.Default.IpamState)))
                    ipam.Start([]);
                break;
            case "advertisements.json":
                new AdvertisementRegistry(new NodeTables(TimeProvider.System).Advertisements, new(_state, name, AdvertisementStateJson.Default.AdvertisementState)).Restore();
                break;
            case "pod-cidrs.json":
                new StateFile<PodCidrState>(_state, name, PodCidrStateJson.Default.PodCidrState).Read(state => state.Read());
                break;
            default:
                throw new ArgumentException(name);
        }
    }

    public static TheoryData<string, string> Good => new()
    {
        { "endpoints.json", """{"LastId":7,"Endpoints":[""" + Endpoint + "]}" },
        { "rules.json", """{"Revision":2,"NextCookie":17,"Policies":[{"Name":"p","Namespace":"","Rules":[""" + Rule + "]}]}" },
        { "identities.json", """{"Claims":{"k8s:a=b;":1001},"Prefixes":{"10.0.0.0/8":16777217},"LastPrefixId":16777217}""" },
        { "ipam.json", """{"Leases":[{"Owner":"c","Address":"10.1.0.2"}]}""" },
        { "advertisements.json", """{"Requested":["10.1.0.0/24","fd00::/120"]}""" },
        { "pod-cidrs.json", """{"Claimed":["10.1.0.0/24","fd00::/120"]}""" },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void What_was_written_is_read(string name, string content)
    {
        System.IO.File.WriteAllText(File(name), content);
        Restore(name);
    }

    [Theory]
    [MemberData(nameof(Good))]
    public void What_was_cut_off_anywhere_is_refused(string name, string content)
    {
        for (var length = 0; length < content.Length; length++)
            Refused(name, content[..length]);
    }

    [Theory]
    [MemberData(nameof(Good))]
    public void What_a_newer_version_wrote_beside_is_refused_and_named(string name, string content)
    {
        Assert.Contains("'Until'", Refused(name, "{\"Until\":2," + content[1..]), StringComparison.Ordinal);
        // In the middle of what this version knows, too.
        var inside = content.IndexOf('{', 1);
        if (inside > 0 && name != "identities.json")
            Assert.Contains("'Since'", Refused(name, content[..(inside + 1)] + "\"Since\":\"2030\"," + content[(inside + 1)..]), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Good))]
    public void A_newer_format_is_refused_and_said_to_be_newer(string name, string content)
    {
        var newer = "{\"Format\":2,\"Until\":2," + content[1..];
        System.IO.File.WriteAllText(File(name), newer);
        Assert.StartsWith($"CF1005 state file {File(name)} has format 2; this version reads formats up to 1. ", Assert.Throws<CiliumException>(() => Restore(name)).Message, StringComparison.Ordinal);
        Assert.Equal(newer, System.IO.File.ReadAllText(File(name)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"Version":99}""")]
    [InlineData("\0\0\0\0\0\0\0\0")]
    public void What_is_no_state_is_refused_in_every_file(string content)
    {
        foreach (var name in new[] { "endpoints.json", "rules.json", "identities.json", "ipam.json", "pod-cidrs.json", "advertisements.json" })
            Refused(name, content);
    }

    [Theory]
    [InlineData("endpoints.json", """{"LastId":7,"Endpoints":[""" + Endpoint + "," + Endpoint + "]}", "7")]
    [InlineData("endpoints.json", """{"LastId":7,"Endpoints":[{"Id":7}]}""", "ContainerId")]
    [InlineData("rules.json", """{"Revision":2,"NextCookie":17,"Policies":[{"Name":"p","Namespace":"","Rules":[{"Origin":"p","Text":"{\"endpointSelector\":{},\"egres\":[]}","Cookies":[]}]}]}""", "egres is not a known field")]
    [InlineData("rules.json", """{"Revision":2,"NextCookie":17,"Policies":[{"Name":"p","Namespace":"","Rules":[{"Origin":"p","Text":"{\"endpointSelector\":{},\"ingress\":[{}]}","Cookies":[]}]}]}""", "rule p has 1 sections and 0 cookies.")]
    [InlineData("rules.json", """{"Revision":-2,"NextCookie":17,"Policies":[]}""", "$.Revision")]
    [InlineData("identities.json", """{"Claims":{"k8s:a=b":1001},"Prefixes":{},"LastPrefixId":0}""", "does not end in ';'")]
    [InlineData("identities.json", """{"Claims":{},"Prefixes":{"10.0.0.0/99":16777217},"LastPrefixId":0}""", "10.0.0.0/99")]
    [InlineData("ipam.json", """{"Leases":[{"Owner":"c","Address":"10.1.0.999"}]}""", "invalid IP address")]
    [InlineData("pod-cidrs.json", """{"Claimed":["10.1.0.0/33"]}""", "\"10.1.0.0/33\" is not an address or prefix.")]
    public void A_value_that_cannot_be_is_refused(string name, string content, string expected) => Assert.Contains(expected, Refused(name, content), StringComparison.Ordinal);

    [Theory]
    [InlineData("Mac", "0a:00:00:00:00:01", "0a:00", "endpoint 7: \"0a:00\" is not an Ethernet address.")]
    [InlineData("IPv4", "10.1.0.2", "10.1.0.x", "invalid IP address")]
    [InlineData("Labels", "k8s:a=b", "k8s:a;=b", "character U+003B at position 5")]
    [InlineData("Id", "\"Id\":7", "\"Id\":70000", "overflow")]
    public void A_part_of_an_endpoint_that_cannot_be_is_refused(string part, string good, string bad, string expected)
    {
        var message = Refused("endpoints.json", """{"LastId":7,"Endpoints":[""" + Endpoint.Replace(good, bad, StringComparison.Ordinal) + "]}");
        Assert.True(message.Contains(expected, StringComparison.Ordinal), $"{part}: {message}");
    }

    private string Refused(string name, string content)
    {
        System.IO.File.WriteAllText(File(name), content);
        var refused = Assert.Throws<CiliumException>(() => Restore(name));
        Assert.Equal(ErrorKind.Invalid, refused.Kind);
        Assert.StartsWith($"CF1004 state file {File(name)} is damaged, or was written by another version: ", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("Restore it from a backup, or move it away to start without it.", refused.Message, StringComparison.Ordinal);
        Assert.Equal(content, System.IO.File.ReadAllText(File(name)));
        return refused.Message;
    }
}

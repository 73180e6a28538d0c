using System.Text;
using Cilium.Framework.Fsck;
using Cilium.Framework.Identities;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Labels;

namespace Cilium.Framework.Core.Tests.Fsck;

/// <summary>Key spaces written by hand, each with one defect.</summary>
public sealed class KeySpaceCheckTests
{
    private const string Web = "k8s:app=web;";
    private const string Db = "k8s:app=db;";
    private readonly List<KvEntry> _entries = [];

    private static string Use(string labels, string node) => $"{IdentityKeys.Uses}{labels}/{node}";

    private static string Number(uint id) => $"{IdentityKeys.Numbers}{id}";

    private KeySpaceCheckTests Put(string key, string value)
    {
        _entries.Add(new(key, Encoding.UTF8.GetBytes(value), (ulong)_entries.Count + 1));
        return this;
    }

    private KeySpaceCheckTests Node(string name, string cidr, string mask) =>
        Put($"cilium/state/nodes/v1/default/{name}", $$"""{"Name":"{{name}}","Cluster":"default","IPAddresses":null,"IPv4AllocCIDR":{"IP":"{{cidr}}","Mask":"{{mask}}"},"IPv6AllocCIDR":null}""");

    private KeySpaceCheckTests Address(string key, string address) =>
        Put($"cilium/state/ip/v1/default/{key}", $$"""{"IP":"{{address}}","Mask":null,"HostIP":"192.168.0.1","ID":1000,"Metadata":""}""");

    private IReadOnlyList<KeySpaceFinding> Check(IdentityKeys? keys = null) => KeySpaceCheck.Check(_entries, keys ?? IdentityKeys.Plain);

    private static KeySpaceFinding One(IReadOnlyList<KeySpaceFinding> findings, KeySpaceDefect defect, string key)
    {
        var finding = Assert.Single(findings);
        Assert.Equal((defect, key), (finding.Defect, finding.Key));
        return finding;
    }

    [Fact]
    public void A_clean_key_space_has_no_findings()
    {
        Put(Number(300), Web).Put(Use(Web, "10.0.0.1"), "300").Put(Use(Web, "10.0.0.2"), "300").Put(Number(65836), Db).Put(Use(Db, "10.0.0.1"), "65836");
        Node("a", "10.1.0.0", "//8AAA==").Node("b", "10.2.0.0", "//8AAA==").Address("10.1.0.5", "10.1.0.5");
        Put("cilium/state/identities/v1/locks/x", "somebody's").Put("cilium/framework/v1/x", "ours");
        Assert.Empty(Check());
    }

    [Fact]
    public void A_number_that_nobody_uses_is_information()
    {
        var finding = One(Put(Number(300), Web).Check(), KeySpaceDefect.Unused, Number(300));
        Assert.True(finding.IsInformation);
        Assert.Equal("cilium/state/identities/v1/id/300: no node uses k8s:app=web; it is collected in time.", finding.ToString());
    }

    [Fact]
    public void Of_two_numbers_the_used_one_is_kept()
    {
        var finding = One(Put(Number(299), Web).Put(Number(300), Web).Put(Use(Web, "10.0.0.1"), "300").Check(), KeySpaceDefect.TwoNumbers, Number(299));
        Assert.Equal("k8s:app=web has several numbers: 300 (1 users), 299 (0 users). 300 is kept.", finding.Text);
        Assert.Equal(["removed cilium/state/identities/v1/id/299: 300 is kept"], finding.Deeds.Select(deed => deed.Text));
        Assert.Equal([new KvCondition.RevisionEquals(Number(299), 1)], finding.Deeds[0].Conditions);
    }

    [Fact]
    public void When_uses_differ_the_number_with_most_users_is_kept_and_the_others_nodes_are_named()
    {
        Put(Number(299), Web).Put(Number(300), Web).Put(Use(Web, "10.0.0.1"), "299").Put(Use(Web, "10.0.0.2"), "300").Put(Use(Web, "10.0.0.3"), "300");
        var finding = One(Check(), KeySpaceDefect.UsesDiffer, Number(299));
        Assert.Equal("k8s:app=web has several numbers: 300 (2 users), 299 (1 users). 300 is kept. Until they are restarted, with identities.json removed from their state directory, these nodes bring the other number back: 10.0.0.1.", finding.Text);
        Assert.Equal([Use(Web, "10.0.0.1"), Number(299)], finding.Deeds.Select(deed => deed.Operation.Key));
        Assert.All(finding.Deeds, deed => Assert.IsType<KvCondition.RevisionEquals>(Assert.Single(deed.Conditions)));
        Assert.All(finding.Deeds, deed => Assert.IsType<KvOperation.Delete>(deed.Operation));
    }

    [Fact]
    public void A_used_number_whose_key_is_missing_is_written_again()
    {
        var finding = One(Put(Use(Web, "10.0.0.1"), "300").Put(Use(Web, "10.0.0.2"), "300").Check(), KeySpaceDefect.MissingNumber, Number(300));
        Assert.Equal("the key is missing, and 10.0.0.1, 10.0.0.2 use it for k8s:app=web.", finding.Text);
        var deed = Assert.Single(finding.Deeds);
        Assert.Equal([new KvCondition.KeyAbsent(Number(300)), new KvCondition.RevisionEquals(Use(Web, "10.0.0.1"), 1)], deed.Conditions);
        Assert.Equal(Web, Encoding.UTF8.GetString(Assert.IsType<KvOperation.Put>(deed.Operation).Value.Span));
    }

    [Fact]
    public void A_missing_number_that_two_label_sets_claim_is_left_to_a_person()
    {
        var findings = Put(Use(Web, "10.0.0.1"), "300").Put(Use(Db, "10.0.0.2"), "300").Check();
        Assert.Equal([KeySpaceDefect.MissingNumber, KeySpaceDefect.MissingNumber], findings.Select(finding => finding.Defect));
        Assert.All(findings, finding => Assert.Empty(finding.Deeds));
        Assert.All(findings, finding => Assert.EndsWith("Others use it for other labels; remove the uses of all but one label set.", finding.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void When_others_have_a_number_for_the_labels_the_missing_one_is_not_written_again()
    {
        var finding = One(Put(Number(299), Web).Put(Use(Web, "10.0.0.1"), "299").Put(Use(Web, "10.0.0.2"), "300").Check(), KeySpaceDefect.UsesDiffer, Number(300));
        Assert.Equal([Use(Web, "10.0.0.2")], finding.Deeds.Select(deed => deed.Operation.Key));
    }

    [Fact]
    public void A_use_of_a_longer_label_set_is_not_counted_for_the_shorter_one()
    {
        // As text the uses of the longer set begin like those of the shorter.
        const string longer = "k8s:app=web;k8s:path=/x;";
        Put(Number(300), Web).Put(Number(301), longer).Put(Use(longer, "10.0.0.1"), "301").Put(Use(Web, "10.0.0.1"), "300");
        Assert.Empty(Check());

        var finding = One(Put(Use(Web, "10.0.0.2"), "301").Check(), KeySpaceDefect.OtherLabels, Use(Web, "10.0.0.2"));
        Assert.Equal(
            "names 301, which means k8s:app=web,k8s:path=/x, not k8s:app=web. One begins with the other: whoever wrote the use took the one for the other. Restart the agent of 10.0.0.2, or remove the key if there is none.",
            finding.Text);
        Assert.Empty(finding.Deeds);
    }

    [Theory]
    [InlineData("cilium/state/identities/v1/id/three", Web, "the key names no number. Accepted: a number without leading zeros.")]
    [InlineData("cilium/state/identities/v1/id/0300", Web, "the key names no number. Accepted: a number without leading zeros.")]
    [InlineData("cilium/state/identities/v1/id/300", "rubbish", "its value is no set of labels. Accepted: source:key=value; for each label.")]
    [InlineData("cilium/state/identities/v1/value/k8s:app=web;", "300", "the key names no label set with a node. Accepted: LABELS/NODE.")]
    [InlineData("cilium/state/identities/v1/value/k8s:app=web/10.0.0.1", "300", "the key names no label set with a node. Accepted: LABELS/NODE.")]
    [InlineData("cilium/state/identities/v1/value/k8s:app=web;/10.0.0.1", "three", "its value is no number. Node 10.0.0.1 writes it again if it lives.")]
    [InlineData("cilium/state/nodes/v1/default/a", "{", "is no node: the value is no JSON: ")]
    [InlineData("cilium/state/nodes/v1/a", "{}", "is no node: \"a\" is no node. Accepted: CLUSTER/NODE.")]
    [InlineData("cilium/state/ip/v1/default/10.0.0.1", """{"IP":"10.0.0.2","Mask":null,"HostIP":"","ID":1000}""", "is no address: the value is about 10.0.0.2/32, not about 10.0.0.1/32.")]
    public void What_cannot_be_read_is_removed(string key, string value, string text)
    {
        var finding = One(Put(key, value).Check(), KeySpaceDefect.Unreadable, key);
        Assert.StartsWith(text, finding.Text, StringComparison.Ordinal);
        var deed = Assert.Single(finding.Deeds);
        Assert.Equal([new KvCondition.RevisionEquals(key, 1)], deed.Conditions);
        Assert.Equal(new KvOperation.Delete(key), deed.Operation);
    }

    [Theory]
    [InlineData("cilium/state/identities/v1/id/5", Web, "the number 5 is not one that is allocated. Accepted: 256..65535 within a cluster of number 0..255.")]
    [InlineData("cilium/state/identities/v1/id/16777300", Web, "the number 16777300 is not one that is allocated.")]
    [InlineData("cilium/state/identities/v1/id/300", "reserved:host=;", "has a number of its own.")]
    [InlineData("cilium/state/identities/v1/value/k8s:app=web;/10.0.0.1", "5", "the number 5 is not one that is allocated.")]
    [InlineData("cilium/state/identities/v1/value/k8s:b=1;k8s:a=1;/10.0.0.1", "300", "the label set is not written as nodes write it. Accepted: k8s:a=1;k8s:b=1;.")]
    public void What_no_agent_believes_is_left_to_a_person(string key, string value, string text)
    {
        var finding = One(Put(key, value).Check(), KeySpaceDefect.NotAccepted, key);
        Assert.Contains(text, finding.Text, StringComparison.Ordinal);
        Assert.Empty(finding.Deeds);
    }

    [Fact]
    public void Ranges_that_overlap_are_found_also_behind_others()
    {
        Node("wide", "10.0.0.0", "/wAAAA==").Node("b", "10.1.0.0", "//8AAA==").Node("c", "11.0.0.0", "//8AAA==").Node("d", "10.2.0.0", "//8AAA==");
        var findings = Check();
        Assert.Equal(["cilium/state/nodes/v1/default/b", "cilium/state/nodes/v1/default/d"], findings.Select(finding => finding.Key));
        Assert.Equal("its range 10.1.0.0/16 overlaps 10.0.0.0/8 of default/wide. Give one of them another range (ipv4.pod-cidr, ipv6.pod-cidr).", findings[0].Text);
        Assert.All(findings, finding => Assert.Equal(KeySpaceDefect.OverlappingRanges, finding.Defect));
    }

    [Fact]
    public void An_address_with_two_keys_is_found()
    {
        var finding = One(Address("10.1.0.5", "10.1.0.5").Address("10.1.0.5/32", "10.1.0.5").Check(), KeySpaceDefect.TwoKeys, "cilium/state/ip/v1/default/10.1.0.5/32");
        Assert.Contains("Nodes write cilium/state/ip/v1/default/10.1.0.5; remove the others.", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_that_are_written_as_base64url_are_read_as_such()
    {
        var keys = new IdentityKeys(isEncoded: true);
        var labels = LabelSet.FromKey(Web);
        Put(Number(300), keys.LabelsOf(labels)).Put(keys.Use(labels, "10.0.0.1"), "300");
        Assert.Empty(Check(keys));
        Assert.Equal(KeySpaceDefect.Unreadable, Put(Use(Db, "10.0.0.1"), "300").Check(keys).Single().Defect);
    }

    [Fact]
    public void A_key_that_would_steer_a_terminal_is_shown_in_ascii() =>
        Assert.StartsWith("cilium/state/identities/v1/id/\\u001b[2J: ", Put($"{IdentityKeys.Numbers}\e[2J", Web).Check().Single().ToString(), StringComparison.Ordinal);
}

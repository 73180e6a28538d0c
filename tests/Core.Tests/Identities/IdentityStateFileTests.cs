using Cilium.Framework.Errors;
using Cilium.Framework.Identities;
using Cilium.Framework.State;

namespace Cilium.Framework.Core.Tests.Identities;

public sealed class IdentityStateFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StateDirectory _state;

    public IdentityStateFileTests() => _state = StateDirectory.Open(_folder["state"]);

    public void Dispose()
    {
        _state.Dispose();
        _folder.Dispose();
    }

    private IdentityStateFile Open() => new(new StateFile<IdentityState>(_state, "identities.json", IdentityStateJson.Default.IdentityState));

    private void Write(string claims, string prefixes, uint last = 0) =>
        File.WriteAllText(Path.Combine(_state.Path, "identities.json"), $$"""{"Claims":{{{claims}}},"Prefixes":{{{prefixes}}},"LastPrefixId":{{last}}}""");

    [Theory]
    [InlineData("\"k8s:app=web;\":1", "", 0, "k8s:app=web;: the number 1 is not one that is allocated. Accepted: 256..65535 within a cluster of number 0..255.")]
    [InlineData("\"k8s:app=web;\":200", "", 0, "k8s:app=web;: the number 200 is not one that is allocated. Accepted: 256..65535 within a cluster of number 0..255.")]
    [InlineData("\"k8s:app=web;\":16777217", "", 0, "k8s:app=web;: the number 16777217 is not one that is allocated. Accepted: 256..65535 within a cluster of number 0..255.")]
    [InlineData("\"reserved:host;\":1001", "", 0, "reserved:host;: reserved:host has a number of its own. Accepted: labels of workloads.")]
    [InlineData("", "\"10.0.0.0/8\":1001", 0, "10.0.0.0/8: the number 1001 is not one of a prefix. Accepted: 16777217..33554431.")]
    [InlineData("", "\"10.0.0.0/8\":16777217,\"10.0.0.0/9\":16777217", 0, "the number 16777217 stands for 10.0.0.0/8 and 10.0.0.0/9. Accepted: a number of its own for each prefix.")]
    [InlineData("", "", 4000000000, "LastPrefixId: 4000000000 is not accepted. Accepted: at most 33554431.")]
    public void A_number_with_a_meaning_that_it_cannot_have_is_damage(string claims, string prefixes, uint last, string reason)
    {
        Write(claims, prefixes, last);
        var error = Assert.Throws<CiliumException>(() => Open().Load());
        Assert.Equal(
            $"CF1004 state file {_state.Path}/identities.json is damaged, or was written by another version: {reason} Nothing was changed. Restore it from a backup, or move it away to start without it.",
            error.Message);
    }

    [Fact]
    public void What_an_agent_wrote_that_did_not_know_names_is_read()
    {
        Write("\"k8s:app=web;\":1001", "\"10.0.0.0/8\":16777217", 16777217);
        var state = Open().Load();
        Assert.Equal((1001u, (string?)null), (state.Claims["k8s:app=web;"], state.Node));
    }

    [Fact]
    public void A_name_that_changes_leaves_the_former_one_to_be_withdrawn()
    {
        var file = Open();
        file.Load();
        Assert.Null(file.Rename("127.0.0.1").FormerNodes?.SingleOrDefault());
        Assert.Equal(["127.0.0.1"], file.Rename("10.0.0.5").FormerNodes!);
        var again = Open();
        again.Load();
        var state = again.Rename("10.0.0.6");
        Assert.Equal(("10.0.0.6", "127.0.0.1,10.0.0.5"), (state.Node, string.Join(',', state.FormerNodes!)));
        Assert.Equal(["127.0.0.1", "10.0.0.6"], again.Rename("10.0.0.5").FormerNodes!);
    }
}

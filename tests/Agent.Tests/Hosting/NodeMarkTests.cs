using Cilium.Framework.Agent.Commands;
using Cilium.Framework.Agent.Hosting;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Agent.Tests.Hosting;

public sealed class NodeMarkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_is_read()
    {
        File.WriteAllText(_folder["effective.yaml"], $"# Settings\n{NodeMark.Here().Line}\n\"mtu\": \"1500\"\n");
        Assert.Equal(NodeMark.Here(), NodeMark.Read(_folder["effective.yaml"]));
        Assert.Matches(@"^net:\[\d+\]$", NodeMark.Here().Namespace);
    }

    [Fact]
    public void Without_a_file_or_a_mark_nothing_is_known()
    {
        File.WriteAllText(_folder["effective.yaml"], "mtu: 1500\n");
        Assert.Null(NodeMark.Read(_folder["effective.yaml"]));
        Assert.Null(NodeMark.Read(_folder["nothing"]));
        Assert.Null(NodeMark.Read(null));
    }

    [Fact]
    public void A_named_namespace_is_found_where_it_is_mounted() => Assert.Equal(
        "/run/netns/blue",
        new NodeMark("net:[4026532219]", "b").Mounted(["24 1 0:4 / /proc rw - proc proc rw", "99 24 0:4 net:[4026532219] /run/netns/blue rw shared:5 - nsfs nsfs rw"]));

    [Fact]
    public void Cleanup_is_refused_where_the_last_agents_devices_are_not_and_says_where_they_are()
    {
        var refused = Assert.Throws<CiliumException>(() => CleanupCommand.RefuseElsewhere(NodeMark.Here(), NodeMark.Here() with { Namespace = "net:[1]" }));
        Assert.StartsWith($"The last agent ran in the network namespace {NodeMark.Here().Namespace}, this is net:[1]: ", refused.Message, StringComparison.Ordinal);
        Assert.Matches("Nothing was removed. Enter it first: nsenter --net=/[^ ]+ cilium cleanup$", refused.Message);
    }

    [Theory]
    [InlineData("net:[1]", "this boot")]
    [InlineData("net:[2]", "an earlier boot")]
    public void Cleanup_works_in_the_same_namespace_and_where_the_other_one_is_gone(string name, string boot) =>
        CleanupCommand.RefuseElsewhere(new NodeMark(name, boot), new NodeMark("net:[1]", "this boot"));

    [Fact]
    public void A_namespace_that_nothing_holds_is_gone() => Assert.Null(new NodeMark("net:[1]", "b").FindPath());
}

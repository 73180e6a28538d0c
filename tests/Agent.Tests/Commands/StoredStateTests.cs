using Cilium.Framework.Agent.Commands;

namespace Cilium.Framework.Agent.Tests.Commands;

public sealed class StoredStateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private void Write(params string[] names)
    {
        Directory.CreateDirectory(_folder["state"]);
        foreach (var name in names)
            File.WriteAllText(_folder[$"state/{name}"], "{}");
    }

    [Fact]
    public void The_directory_goes_with_what_the_agent_was_told()
    {
        Write("endpoints.json", "rules.json", "rules.json.new", "identities.json", "ipam.json", "kvstore.db", "kvstore.db-wal", "lock");
        Assert.Equal(7, StoredState.Files(_folder["state"]).Count);
        Assert.Equal(8, StoredState.Remove(_folder["state"]).Count);
        Assert.False(Directory.Exists(_folder["state"]));
    }

    [Fact]
    public void What_agents_never_made_stays()
    {
        Write("endpoints.json", "mine.txt");
        Assert.Equal([_folder["state/endpoints.json"]], StoredState.Remove(_folder["state"]));
        Assert.True(File.Exists(_folder["state/mine.txt"]));
    }

    [Fact]
    public void A_directory_that_is_not_there_holds_nothing() => Assert.Empty(StoredState.Remove(_folder["state"]));
}

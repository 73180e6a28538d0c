namespace Cilium.Framework.Operator.Tests;

/// <summary>What keeps an operator from starting, in words.</summary>
public sealed class StartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, "operator.identity-gc-interval: \"0\" is not accepted (flag --set operator.identity-gc-interval). Accepted: 1..86400.", "--set", "operator.identity-gc-interval=0")]
    [InlineData(1, "kvstore.provider: \"consul\" is not installed (flag --set kvstore.provider). Installed in PLUGINS: embedded, etcd.", "--set", "kvstore.provider=consul")]
    [InlineData(1, "the store embedded belongs to one agent, which does the operator's work itself. Select a store that nodes share (kvstore.provider), or do without an operator. Nothing was started.", "--set", "kvstore.provider=embedded")]
    [InlineData(2, "Unrecognized command or argument '--nothing'. See cilium-operator --help.", "--nothing")]
    public async Task What_is_wrong_is_said_and_the_operator_ends(int expected, string words, params string[] arguments)
    {
        using var process = OperatorProcess.Start(_folder, "one", arguments);
        var (status, said) = await process.EndAsync();
        Assert.Equal((expected, $"cilium-operator: {words.Replace("PLUGINS", _folder["plugins"], StringComparison.Ordinal)}"), (status, said));
        Assert.False(Directory.Exists(_folder["state"]), "it made a state directory");
    }
}

using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore.Consul.Tests.Servers;
using Cilium.Framework.Lab.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cilium.Framework.Kvstore.Consul.Tests;

[Trait("Needs", "Root")]
public sealed class AccessTests : IAsyncLifetime
{
    private const string Token = "5c0f1a4e-8f0e-4c1c-9a55-3d7b8f3c2a10", Unknown = "11111111-1111-1111-1111-111111111111";

    private readonly TemporaryFolder _folder = new();
    private ConsulCluster _cluster = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Address => _cluster.Addresses[0].GetLeftPart(UriPartial.Authority);

    private string Denial => $"{Address} denies permission. Give the ACL token (kvstore.consul.token, kvstore.consul.token-file) a policy with session write, and key write for the prefixes that are used and for .cilium-framework/.";

    public async ValueTask InitializeAsync() =>
        _cluster = await ConsulCluster.StartAsync(new(RequireConsul.Program(), _folder["servers"]) { ManagementToken = Token }, Stop);

    public ValueTask DisposeAsync()
    {
        CleanUp.All(() => _cluster?.Dispose(), _folder.Dispose);
        return default;
    }

    [Fact]
    public async Task Without_the_right_token_every_call_is_denied_and_nothing_looks_empty()
    {
        await using var right = await OpenAsync(new() { Addresses = _cluster.Addresses, Token = Token });
        Assert.StartsWith($"consul: {Address} - 1.8.7, ", (await right.GetStatusAsync(Stop)).Message, StringComparison.Ordinal);
        await PutAsync(right);
        await AllDeniedAsync(new() { Addresses = _cluster.Addresses }, Denial);
        await AllDeniedAsync(new() { Addresses = _cluster.Addresses, Token = Unknown }, $"{Address} does not know the ACL token. Check kvstore.consul.token or kvstore.consul.token-file.");
    }

    [Fact]
    public async Task A_token_in_a_file_is_read_again_when_it_changes_and_a_watch_that_was_denied_goes_on()
    {
        await File.WriteAllTextAsync(_folder["token"], Token, Stop);
        await using var store = await OpenAsync(new() { Addresses = _cluster.Addresses, TokenFile = _folder["token"] });
        await PutAsync(store);
        await WriteTokenAsync(Unknown, 1);
        await Assert.ThrowsAnyAsync<CiliumException>(async () => await store.GetAsync("a", Stop));
        await using var watch = store.WatchAsync("", Stop).GetAsyncEnumerator(Stop);
        var first = watch.MoveNextAsync();
        await WriteTokenAsync(Token, 2);
        Assert.True(await first);
        Assert.Equal((KvEventKind.Created, "a"), (watch.Current.Kind, watch.Current.Key));
    }

    private async Task WriteTokenAsync(string token, int secondsLater)
    {
        await File.WriteAllTextAsync(_folder["token"], token, Stop);
        File.SetLastWriteTimeUtc(_folder["token"], File.GetLastWriteTimeUtc(_folder["token"]).AddSeconds(secondsLater));
    }

    private static async Task AllDeniedAsync(ConsulSettings settings, string expected)
    {
        await using var store = await OpenAsync(settings);
        foreach (var call in (Func<Task>[])
        [
            () => store.GetAsync("a", Stop).AsTask(), () => store.GetAsync("none", Stop).AsTask(), () => store.ListAsync("", Stop).AsTask(), () => store.ListAsync("a", Stop).AsTask(), () => PutAsync(store),
            () => store.CommitAsync([new KvCondition.PrefixEmpty("b/")], [new KvOperation.Delete("b/1")], Stop).AsTask(), () => store.GrantLeaseAsync(TimeSpan.FromSeconds(10), Stop).AsTask(),
        ])
        {
            var error = await Assert.ThrowsAnyAsync<CiliumException>(call);
            Assert.Equal((ErrorKind.Denied, $"kvstore consul: {expected}"), (error.Kind, error.Message));
        }

        Assert.Equal(new(false, $"consul: {expected}"), await store.GetStatusAsync(Stop));
    }

    private static async Task<ConsulKvstore> OpenAsync(ConsulSettings settings)
    {
        var store = new ConsulKvstore(settings, TimeProvider.System, NullLogger.Instance);
        await store.StartAsync(Stop);
        return store;
    }

    private static Task PutAsync(ConsulKvstore store) => store.CommitAsync([], [new KvOperation.Put("a", "1"u8.ToArray())], Stop).AsTask();
}

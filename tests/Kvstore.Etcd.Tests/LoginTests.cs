using Cilium.Framework.Errors;
using Cilium.Framework.Lab.Servers;

namespace Cilium.Framework.Kvstore.Etcd.Tests;

[Trait("Needs", "Root")]
public sealed class LoginTests : IAsyncLifetime
{
    /// <summary>How long a login lives that nobody uses.</summary>
    private static readonly TimeSpan TokenLife = TimeSpan.FromSeconds(3);

    private readonly TemporaryFolder _folder = new();
    private EtcdCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        RequireEtcd.Now();
        _cluster = await EtcdCluster.StartAsync(_folder.Path, new() { Arguments = [$"--auth-token-ttl={TokenLife.TotalSeconds:0}"] }, Stores.Stop);
        var api = _cluster.Members[0].Api;
        await api.PostAsync("auth/user/add", """{"name":"root","password":"r"}""", Stores.Stop);
        await api.PostAsync("auth/user/grant", """{"user":"root","role":"root"}""", Stores.Stop);
        await api.PostAsync("auth/user/add", """{"name":"node","password":"secret"}""", Stores.Stop);
        await api.PostAsync("auth/role/add", """{"name":"cilium"}""", Stores.Stop);
        // cilium/ up to cilium0
        await api.PostAsync("auth/role/grant", """{"name":"cilium","perm":{"permType":"READWRITE","key":"Y2lsaXVtLw==","range_end":"Y2lsaXVtMA=="}}""", Stores.Stop);
        await api.PostAsync("auth/user/grant", """{"user":"node","role":"cilium"}""", Stores.Stop);
        await api.PostAsync("auth/enable", "{}", Stores.Stop);
    }

    public ValueTask DisposeAsync()
    {
        _cluster?.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_user_reads_writes_watches_and_leases_what_its_role_allows()
    {
        await using var store = await Stores.OpenAsync(Settings("secret"));
        await using var lease = await store.GrantLeaseAsync(TimeSpan.FromSeconds(5), Stores.Stop);
        await store.PutAsync("cilium/a", "1", lease);
        await using var watch = store.WatchAsync("cilium/", Stores.Stop).GetAsyncEnumerator(Stores.Stop);
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal("cilium/a", watch.Current.Key);
        Assert.True((await store.GetStatusAsync(Stores.Stop)).IsReachable);
    }

    [Fact]
    public async Task What_the_role_does_not_allow_is_denied()
    {
        await using var store = await Stores.OpenAsync(Settings("secret"));
        Assert.Equal(
            (ErrorKind.Denied, $"kvstore etcd: key other cannot be read: {Endpoint}: user \"node\" may not do this. Give its role the right (etcdctl role grant-permission). Nothing was changed."),
            await store.ReadFailureAsync("other"));
    }

    [Fact]
    public async Task A_wrong_password_is_denied()
    {
        await using var store = await Stores.OpenAsync(Settings("wrong"));
        const string Cause = "user \"node\" or its password is not accepted. Correct kvstore.etcd.username and password-file (or password)";
        Assert.Equal((ErrorKind.Denied, $"kvstore etcd: key cilium/a cannot be read: {Endpoint}: {Cause}. Nothing was changed."), await store.ReadFailureAsync("cilium/a"));
        var status = await store.GetStatusAsync(Stores.Stop);
        Assert.Equal((false, true), (status.IsReachable, status.Message.Contains(Cause, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Nobody_where_a_user_is_wanted_is_denied()
    {
        await using var store = await Stores.OpenAsync(Stores.SettingsOf(_cluster));
        Assert.Equal(
            (ErrorKind.Denied, $"kvstore etcd: key cilium/a cannot be read: {Endpoint}: the server wants a user: set kvstore.etcd.username and password-file. Nothing was changed."),
            await store.ReadFailureAsync("cilium/a"));
    }

    [Fact]
    public async Task A_password_that_was_corrected_in_its_file_is_used()
    {
        await File.WriteAllTextAsync(_folder["password"], "wrong\n", Stores.Stop);
        await using var store = await Stores.OpenAsync(Settings(null) with { PasswordFile = _folder["password"] });
        Assert.Equal(ErrorKind.Denied, (await store.ReadFailureAsync("cilium/a")).Kind);
        await File.WriteAllTextAsync(_folder["password"], "secret\n", Stores.Stop);
        Assert.Null(await store.ReadAsync("cilium/a"));
    }

    [Fact]
    public async Task Who_was_logged_out_by_a_new_password_logs_in_again_with_it()
    {
        var calls = new CallCounter();
        await File.WriteAllTextAsync(_folder["password"], "secret", Stores.Stop);
        await using var store = await Stores.OpenAsync(Settings(null) with { PasswordFile = _folder["password"] }, calls);
        await store.PutAsync("cilium/a", "1");
        await using var watch = new WatchLog(store, "cilium/", Stores.Stop);
        await watch.UntilListedAsync();
        var before = calls.Of("Authenticate");
        await File.WriteAllTextAsync(_folder["password"], "newer", Stores.Stop);
        await _cluster.Members[0].Api.LogInAsync("root", "r", Stores.Stop);
        await _cluster.Members[0].Api.PostAsync("auth/user/changepw", """{"name":"node","password":"newer"}""", Stores.Stop);
        await store.PutAsync("cilium/a", "2");
        await watch.UntilAsync(seen => seen["cilium/a"] == "2", "what was written after the login");
        Assert.True(calls.Of("Authenticate") > before);
    }

    [Fact]
    public async Task A_login_that_ran_out_is_renewed()
    {
        var calls = new CallCounter();
        await using var store = await Stores.OpenAsync(Settings("secret"), calls);
        await store.PutAsync("cilium/a", "1");
        var (before, last) = (calls.Of("Authenticate"), TimeProvider.System.GetTimestamp());
        await Eventually.TrueAsync(() => TimeProvider.System.GetElapsedTime(last) > 2 * TokenLife, "the end of the login");
        await store.PutAsync("cilium/a", "2");
        Assert.Equal(before + 1, calls.Of("Authenticate"));
    }

    private string Endpoint => _cluster.Endpoints[0];

    private EtcdSettings Settings(string? password) => Stores.SettingsOf(_cluster) with { Username = "node", Password = password };
}

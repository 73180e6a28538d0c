namespace Cilium.Framework.Packaging.Tests.Package;

/// <summary>The package as it lies on a machine after its installation, before an agent ran.</summary>
[Collection("packages")]
[Trait("Needs", "Root")]
public sealed class PackageInstallationTests(BuiltPackages packages) : IAsyncLifetime
{
    private const string Units = "/usr/lib/systemd/system/cilium-agent.service /usr/lib/systemd/system/cilium-operator.service /usr/lib/systemd/system/run-cilium-bpffs.mount";
    private ScratchMachine _machine = null!;
    private string _said = "";

    public async ValueTask InitializeAsync()
    {
        _machine = await ScratchMachine.StartAsync(packages.Folder);
        // Nobody has the SDK on a node.
        await _machine.DoAsync("mount -t tmpfs none /usr/share/dotnet; mkdir -p /usr/lib/dotnet && mount -t tmpfs none /usr/lib/dotnet");
        _said = await _machine.DoAsync($"dpkg -i /media/{packages.New}");
    }

    public ValueTask DisposeAsync() => _machine.DisposeAsync();

    [Fact]
    public async Task An_installation_makes_the_group_brings_its_own_runtime_and_its_units_are_valid()
    {
        Require.Tool("systemd-analyze");
        Assert.Contains("choose this node's address ranges in /etc/cilium/cilium.yaml", _said, StringComparison.Ordinal);
        Assert.StartsWith("cilium:", await _machine.DoAsync("getent group cilium"), StringComparison.Ordinal);
        Assert.Contains("ok: ", await _machine.DoAsync("cilium-agent validate"), StringComparison.Ordinal);
        Assert.Equal("", await _machine.DoAsync("dpkg --verify cilium-framework"));
        Assert.Equal("", await _machine.DoAsync("find /usr/lib/cilium-framework /etc/cilium ! -user root -o ! -type l -perm /022"));
        Assert.Equal("", await _machine.DoAsync($"systemd-analyze verify --man=no {Units}"));
    }

    [Fact]
    public async Task An_installed_operator_does_not_take_the_store_of_the_one_agent_for_a_clusters()
    {
        var (status, output) = await _machine.RunAsync("cilium-operator 2>&1");
        Assert.Equal((1, "cilium-operator: the store embedded belongs to one agent, which does the operator's work itself. Select a store that nodes share (kvstore.provider), or do without an operator. Nothing was started.\n"), (status, output));
    }

    [Fact]
    public async Task Wrong_settings_fail_the_check_before_a_start_with_words_on_stderr()
    {
        await _machine.DoAsync("echo 'routng: { provider: direct }' >>/etc/cilium/cilium.yaml");
        var (status, output) = await _machine.RunAsync("cilium-agent validate 2>&1 >/dev/null");
        Assert.Equal(1, status);
        Assert.Contains("routing.provider", output, StringComparison.Ordinal);
        Assert.Equal("", await _machine.DoAsync("find /run /var/lib/cilium -name '*cilium*' 2>/dev/null || true"));
    }
}

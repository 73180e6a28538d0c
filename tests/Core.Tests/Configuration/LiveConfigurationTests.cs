using Cilium.Framework.Configuration;
using Cilium.Framework.Core.Tests.Reconciliation;
using Cilium.Framework.Health;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Core.Tests.Configuration;

public sealed class LiveConfigurationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LastHealth _health = new();
    private readonly Lines _log = new();
    private readonly List<AgentOptions> _applied = [];

    public void Dispose() => _folder.Dispose();

    private sealed class Lines : ILogger<LiveConfiguration>
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => All.Add($"{logLevel}: {formatter(state, exception)}");
    }

    private void Write(string text) => File.WriteAllText(_folder["cilium.yaml"], text);

    private LiveConfiguration Start(string text)
    {
        Write(text);
        var initial = ConfigurationLoader.Load(new ConfigurationSources { InstallDirectory = _folder.Path, File = _folder["cilium.yaml"], HostName = "node1", Flags = ["cluster.name=lab"] });
        return new(initial.ReadAgain, initial, _applied.Add, _health, _log);
    }

    [Fact]
    public void What_can_change_while_the_agent_runs_is_applied()
    {
        var live = Start("log.level: info");
        Write("log.level: debug\npolicy:\n  enforcement: always\n  allow-localhost: always");
        Assert.Empty(live.Reload());
        var options = Assert.Single(_applied);
        Assert.Equal((LogLevel.Debug, PolicyEnforcement.Always, AllowLocalhost.Always), (options.LogLevel, options.PolicyEnforcement, options.AllowLocalhost));
        Assert.Equal("debug", live.Current.Settings.Single(setting => setting.Path == "log:level").Value);
        Assert.Equal((HealthLevel.Ok, "the settings were reloaded"), (_health.Level, _health.Message));
        Assert.Empty(live.Warnings);
    }

    [Fact]
    public void What_needs_a_restart_is_named_and_stays_as_it_is()
    {
        var live = Start("mtu: 1400\nlabels: [app]");
        Write("mtu: 1450\nlabels: [app, env]\nkvstore:\n  embedded:\n    path: /tmp/other.db\nlog.level: error");
        Assert.Empty(live.Reload());
        Assert.Equal((1400, LogLevel.Error), (live.Current.Options.Mtu, _applied[0].LogLevel));
        Assert.Equal(["changed, but in force only after a restart of the agent: kvstore:embedded:path, labels, mtu"], live.Warnings);
        Write("mtu: 1400\nlabels: [app]");
        live.Reload();
        Assert.Empty(live.Warnings);
    }

    [Fact]
    public void A_bad_reload_keeps_the_last_good_configuration_logs_every_problem_and_shows_it()
    {
        var live = Start("log.level: warning");
        Write("mtu: none\nlog.level: loud");
        Assert.Equal(2, live.Reload().Count);
        Assert.Equal(LogLevel.Warning, live.Current.Options.LogLevel);
        Assert.Empty(_applied);
        Assert.Equal(
            [
                $"Error: Reload refused, the last good settings stay in force: mtu: \"none\" is not accepted (file {_folder["cilium.yaml"]}:1). Accepted: 576..65535.",
                $"Error: Reload refused, the last good settings stay in force: log:level: \"loud\" is not accepted (file {_folder["cilium.yaml"]}:2). Accepted: debug, info, warning, error.",
            ],
            _log.All);
        Assert.Equal(2, live.Warnings.Count);
        Assert.StartsWith("reload refused: mtu: \"none\" is not accepted", live.Warnings[0], StringComparison.Ordinal);
        Assert.Equal(HealthLevel.Degraded, _health.Level);
        Assert.StartsWith("the settings were reloaded with 2 problems; the last good ones stay in force. One of them: mtu: ", _health.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_good_reload_after_a_bad_one_takes_the_warning_away()
    {
        var live = Start("log.level: warning");
        Write("mtu: [");
        live.Reload();
        Write("log.level: error");
        Assert.Empty(live.Reload());
        Assert.Equal((HealthLevel.Ok, 0, LogLevel.Error), (_health.Level, live.Warnings.Count, _applied[0].LogLevel));
    }

    [Fact]
    public void Flags_are_kept_over_a_reload()
    {
        var live = Start("log.level: warning");
        Write("log.level: error");
        live.Reload();
        Assert.Equal("lab", live.Current.Options.ClusterName);
        Assert.Empty(live.Warnings);
    }
}

using Cilium.Framework.Configuration;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Core.Tests.Configuration;

public sealed class ConfigurationLoaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private ConfigurationSources _sources;

    public ConfigurationLoaderTests()
    {
        Directory.CreateDirectory(_folder["profiles"]);
        _sources = new() { InstallDirectory = _folder.Path, File = _folder["cilium.yaml"], HostName = "Node1" };
    }

    [Fact]
    public void Without_any_layer_the_defaults_hold()
    {
        var options = Load().ThrowIfInvalid().Options;
        Assert.Equal(("node1", "default", (byte)0, true, false), (options.NodeName, options.ClusterName, options.ClusterId, options.IPv4, options.IPv6));
        Assert.Equal("bpf", options.Providers["datapath"]);
        Assert.Equal("/run/cilium/cilium.sock", options.ApiSocket);
    }

    [Fact]
    public void Later_layers_win_and_each_value_knows_its_origin()
    {
        Profile("lab", "mtu: 1400\nnode:\n  name: from-profile\nlog.level: debug\ncluster.name: c1");
        Write("profile: lab\nnode:\n  name: from-file\nlog.level: warning");
        Environment("CILIUM__LOG__LEVEL", "error");
        Flags("node.name=from-flag");
        var loaded = Load().ThrowIfInvalid();
        Assert.Equal(
            [
                "cluster:name = c1, profile " + _folder["profiles/lab.yaml"] + ":5",
                "log:level = error, environment CILIUM__LOG__LEVEL",
                "mtu = 1400, profile " + _folder["profiles/lab.yaml"] + ":1",
                "node:name = from-flag, flag --set node.name",
                "profile = lab, file " + _folder["cilium.yaml"] + ":1",
            ],
            loaded.Settings.Where(setting => setting.Layer != "default").Select(setting => $"{setting.Path} = {setting.Value}, {setting.Origin}"));
        Assert.Equal(1400, loaded.Options.Mtu);
    }

    [Fact]
    public void Fixed_identities_have_a_number_and_a_name_of_their_own()
    {
        Write("identities:\n  fixed:\n    128: kv-store\n    129: kube-dns");
        Assert.Equal([(128u, "kv-store"), (129u, "kube-dns")], Load().ThrowIfInvalid().Options.FixedIdentities.OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value)));
    }

    [Theory]
    [InlineData("identities.fixed.127=kv-store", "identities:fixed:127: \"127\" is no number that can be fixed. Accepted: 128..255.")]
    [InlineData("identities.fixed.256=kv-store", "identities:fixed:256: \"256\" is no number that can be fixed. Accepted: 128..255.")]
    [InlineData("identities.fixed.128=host", "identities:fixed:128: \"host\" has a number already. Accepted: a name of its own for each number.")]
    public void A_fixed_identity_that_cannot_be_is_refused(string flag, string problem)
    {
        Flags(flag);
        Assert.Equal(problem, Problem());
    }

    [Fact]
    public void An_agent_hosts_the_operator_modules_unless_it_is_told_to_leave_them_to_an_operator()
    {
        var usual = Load().ThrowIfInvalid().Options;
        Assert.Equal((true, TimeSpan.FromMinutes(10)), (usual.OperatorInAgent, usual.IdentityGcInterval));
        Write("operator:\n  in-agent: false\n  identity-gc-interval: 30");
        var told = Load().ThrowIfInvalid().Options;
        Assert.Equal((false, TimeSpan.FromSeconds(30)), (told.OperatorInAgent, told.IdentityGcInterval));
    }

    [Theory]
    [InlineData("operator.identity-gc-interval=0", "operator:identity-gc-interval: \"0\" is not accepted (flag --set operator.identity-gc-interval). Accepted: 1..86400.")]
    [InlineData("operator.identity-gc-interval=10m", "operator:identity-gc-interval: \"10m\" is not accepted (flag --set operator.identity-gc-interval). Accepted: 1..86400.")]
    [InlineData("operator.in-agent=no", "operator:in-agent: \"no\" is not accepted (flag --set operator.in-agent). Accepted: true, false.")]
    public void A_setting_of_the_operator_that_cannot_be_is_refused(string flag, string problem)
    {
        Flags(flag);
        Assert.Equal(problem, Problem());
    }

    [Fact]
    public void A_variable_with_single_underscores_names_a_key_with_dashes()
    {
        Environment("CILIUM__IPV4__POD_CIDR", "10.1.0.0/24");
        Assert.Equal("10.1.0.0/24", Load().ThrowIfInvalid().Options.IPv4PodCidr.ToString());
    }

    [Fact]
    public void An_unknown_key_names_the_nearest_known_one_and_its_line()
    {
        Write("routing:\n  provder: direct");
        Assert.Equal($"routing:provder: is not a known setting (file {_folder["cilium.yaml"]}:2). Nearest known: routing.provider.", Problem());
    }

    [Fact]
    public void A_list_where_one_value_is_expected_is_refused()
    {
        Write("mtu: [1400]");
        Assert.Equal($"mtu:0: is not a known setting (file {_folder["cilium.yaml"]}:1). Nearest known: mtu.", Problem());
    }

    [Fact]
    public void Settings_of_plugins_are_left_to_their_plugins()
    {
        Write("kvstore:\n  embedded:\n    path: /tmp/x.db");
        var loaded = Load().ThrowIfInvalid();
        Assert.Equal("/tmp/x.db", loaded.Root.GetSection("kvstore:embedded")["path"]);
    }

    [Fact]
    public void All_problems_are_reported_together()
    {
        Write("mtu: big\nipv4:\n  enabled: perhaps\ncluster:\n  id: 256");
        Flags("log.level", "policy.enforcement=sometimes");
        var error = Assert.Throws<ConfigurationException>(() => Load().ThrowIfInvalid());
        Assert.Equal(
            [
                "--set log.level: is not a setting. Accepted: --set key=value, such as --set routing.provider=direct.",
                $"cluster:id: \"256\" is not accepted (file {_folder["cilium.yaml"]}:5). Accepted: 0..255.",
                $"ipv4:enabled: \"perhaps\" is not accepted (file {_folder["cilium.yaml"]}:3). Accepted: true, false.",
                "policy:enforcement: \"sometimes\" is not accepted (flag --set policy.enforcement). Accepted: default, always, never.",
                $"mtu: \"big\" is not accepted (file {_folder["cilium.yaml"]}:1). Accepted: 576..65535.",
            ],
            error.Problems.Select(problem => problem.ToString()));
    }

    [Fact]
    public void A_cluster_of_a_mesh_needs_a_name_of_its_own()
    {
        Flags("cluster.id=3");
        Assert.Equal("cluster:name: cluster.id is 3, but the cluster still has its default name. Give every cluster of a mesh a name of its own.", Problem());
    }

    [Fact]
    public void One_family_must_be_enabled()
    {
        Flags("ipv4.enabled=false");
        Assert.Equal("ipv4:enabled: is false, and so is ipv6.enabled. Enable at least one of them.", Problem());
    }

    [Fact]
    public void A_range_of_the_other_family_is_refused()
    {
        Flags("ipv4.pod-cidr=fd00::/64");
        Assert.Equal("ipv4:pod-cidr: \"fd00::/64\" is not accepted (flag --set ipv4.pod-cidr). Accepted: an IPv4 range such as 10.0.0.0/24.", Problem());
    }

    [Theory]
    [InlineData("mtu: 1400\nmtu: 1500", "line 2")]
    [InlineData("a: [1", "line")]
    public void A_broken_file_names_the_line(string text, string expected)
    {
        Write(text);
        var problem = Problem();
        Assert.StartsWith(_folder["cilium.yaml"] + ": line", problem, StringComparison.Ordinal);
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_given_twice_in_two_spellings_is_refused()
    {
        Write("log.level: info\nlog:\n  level: debug");
        Assert.Equal($"log:level: is given twice: {_folder["cilium.yaml"]}:1 and {_folder["cilium.yaml"]}:3.", Problem());
    }

    [Fact]
    public void A_key_without_a_value_is_refused()
    {
        Write("node:\n  name:\n");
        Assert.Equal($"node:name: has no value ({_folder["cilium.yaml"]}:2). Give it one, \"\" for an empty text, or remove the line.", Problem());
    }

    [Fact]
    public void An_unknown_profile_lists_the_known_ones()
    {
        Profile("standalone", "mtu: 1500");
        Flags("profile=standalon");
        Assert.Equal($"profile: \"standalon\" does not exist (flag --set profile). Accepted: standalone (in {_folder["profiles"]}).", Problem());
    }

    [Fact]
    public void A_required_file_must_exist()
    {
        _sources = _sources with { FileIsRequired = true };
        Assert.Equal($"{_folder["cilium.yaml"]}: does not exist. Name an existing file or leave the option away.", Problem());
    }

    [Fact]
    public void A_list_replaces_the_list_of_an_earlier_layer()
    {
        Write("labels:\n  - app\n  - env\n  - team");
        Flags("labels=app,tier");
        Assert.Equal(["app", "tier"], Load().ThrowIfInvalid().Options.Labels);
    }

    [Fact]
    public void A_list_in_a_file_keeps_its_order()
    {
        Write("labels: [c, a, b]");
        Assert.Equal(["c", "a", "b"], Load().ThrowIfInvalid().Options.Labels);
    }

    [Fact]
    public void A_pin_is_kept_under_the_whole_plugin_id()
    {
        Flags("plugins.pins.kvstore.embedded=" + new string('A', 64), "plugins.pins.ipam.host-scope=12");
        var loaded = Load();
        Assert.Equal(new string('a', 64), loaded.Options.PluginPins["kvstore.embedded"]);
        Assert.Equal("plugins:pins:ipam.host-scope", Assert.Single(loaded.Problems).Path);
    }

    [Theory]
    [InlineData("kvstore.etcd.password")]
    [InlineData("kvstore.consul.token")]
    [InlineData("kvstore.etcd.tls-key")]
    public void Secrets_are_never_shown(string key)
    {
        Flags($"{key}=hunter2");
        Assert.Equal("********", Load().Settings.Single(setting => setting.Layer == "flag").Shown);
    }

    public void Dispose() => _folder.Dispose();

    private LoadedConfiguration Load() => ConfigurationLoader.Load(_sources);

    private string Problem() => Assert.Single(Load().Problems).ToString();

    private void Write(string text) => File.WriteAllText(_folder["cilium.yaml"], text);

    private void Profile(string name, string text) => File.WriteAllText(_folder[$"profiles/{name}.yaml"], text);

    private void Environment(string name, string value) => _sources = _sources with { Environment = new Dictionary<string, string> { [name] = value, ["PATH"] = "/bin" } };

    private void Flags(params string[] flags) => _sources = _sources with { Flags = flags };
}

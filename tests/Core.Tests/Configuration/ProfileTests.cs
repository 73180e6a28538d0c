using Cilium.Framework.Configuration;

namespace Cilium.Framework.Core.Tests.Configuration;

public class ProfileTests
{
    [Theory]
    [InlineData("standalone", "bpf")]
    [InlineData("dry-run", "simulator")]
    [InlineData("etcd-direct", "bpf", "etcd")]
    [InlineData("consul-direct", "bpf", "consul")]
    [InlineData("etcd-vxlan", "bpf", "etcd", "tunnel")]
    [InlineData("consul-vxlan", "bpf", "consul", "tunnel")]
    [InlineData("direct", "bpf", "etcd")]
    [InlineData("kube-router", "bpf", "etcd", "kube-router")]
    public void A_shipped_profile_is_accepted_and_selects_its_store_routing_and_datapath(string name, string datapath, string store = "embedded", string routing = "direct")
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root!.FullName, "Cilium.Framework.sln")))
            root = root.Parent;
        var options = ConfigurationLoader.Load(new() { InstallDirectory = root.FullName, File = null, HostName = "node1", Flags = [$"profile={name}"] }).ThrowIfInvalid().Options;
        Assert.Equal(
            (store, routing, datapath, true, true),
            (options.Providers["kvstore"], options.Providers["routing"], options.Providers["datapath"], options.IPv4, options.IPv6));
    }
}

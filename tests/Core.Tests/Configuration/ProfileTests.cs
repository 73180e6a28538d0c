using Cilium.Framework.Configuration;

namespace Cilium.Framework.Core.Tests.Configuration;

public class ProfileTests
{
    [Theory]
    [InlineData("standalone", "bpf")]
    [InlineData("dry-run", "simulator")]
    [InlineData("etcd-direct", "bpf", "etcd")]
    [InlineData("consul-direct", "bpf", "consul")]
    public void A_shipped_profile_is_accepted_and_selects_its_store_and_datapath(string name, string datapath, string store = "embedded")
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root!.FullName, "Cilium.Framework.sln")))
            root = root.Parent;
        var options = ConfigurationLoader.Load(new() { InstallDirectory = root.FullName, File = null, HostName = "node1", Flags = [$"profile={name}"] }).ThrowIfInvalid().Options;
        Assert.Equal((store, datapath, true, true), (options.Providers["kvstore"], options.Providers["datapath"], options.IPv4, options.IPv6));
    }
}

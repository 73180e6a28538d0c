namespace Cilium.Framework.Packaging.Tests.Package;

/// <summary>What the package holds, and who may change it.</summary>
[Collection("packages")]
[Trait("Needs", "Root")]
public class PackageContentTests(BuiltPackages packages)
{
    private static readonly string[] Expected =
    [
        "./etc/cilium/cilium.yaml", "./usr/bin/cilium", "./usr/bin/cilium-agent", "./usr/bin/cilium-operator", "./usr/lib/systemd/system/cilium-agent.service", "./usr/lib/systemd/system/cilium-operator.service", "./usr/lib/systemd/system/run-cilium-bpffs.mount",
        "./usr/lib/tmpfiles.d/cilium-framework.conf", "./usr/lib/cilium-framework/bin/cilium-agent", "./usr/lib/cilium-framework/bin/cilium-operator", "./usr/lib/cilium-framework/bin/cilium", "./usr/lib/cilium-framework/profiles/standalone.yaml",
        "./usr/lib/cilium-framework/plugins/Datapath.Bpf/plugin.json", "./usr/lib/cilium-framework/plugins/Datapath.Bpf/bpf/from_endpoint.o", "./usr/share/doc/cilium-framework/copyright",
    ];

    [Fact]
    public async Task Everything_belongs_to_root_and_nobody_else_can_write_it()
    {
        var (status, listing) = await Checkout.RunAsync("dpkg-deb", "--contents", Path.Combine(packages.Folder, packages.New));
        Assert.Equal(0, status);
        var lines = listing.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        foreach (var line in lines)
        {
            Assert.Equal(("root/root", line[5]), (line[1], line[5]));
            // Of a link the mode means nothing.
            Assert.True(line[0][0] == 'l' || (line[0][5] == '-' && line[0][8] == '-'), string.Join(' ', line));
            Assert.DoesNotContain('s', line[0]);
        }

        Assert.Subset(lines.Select(line => line[5]).ToHashSet(), Expected.ToHashSet());
    }

    [Fact]
    public async Task The_version_is_the_one_that_was_asked_for_and_settings_are_the_administrators()
    {
        Assert.Equal("0.0.9", (await FieldAsync(packages.Old, "Version")).Trim());
        Assert.Contains("libbpf1", await FieldAsync(packages.Old, "Depends"), StringComparison.Ordinal);
        var (_, conffiles) = await Checkout.RunAsync("dpkg-deb", "--info", Path.Combine(packages.Folder, packages.New), "conffiles");
        Assert.Equal("/etc/cilium/cilium.yaml", conffiles.Trim());
    }

    [Fact]
    public async Task A_version_that_is_none_is_refused()
    {
        var (status, output) = await Checkout.RunAsync(Path.Combine(Checkout.Root, "eng", "deb.sh"), "--version", "new one", packages.Folder);
        Assert.Equal(2, status);
        Assert.Contains("\"new one\" is not a version of a package. Accepted: ", output, StringComparison.Ordinal);
    }

    private async Task<string> FieldAsync(string package, string field) => (await Checkout.RunAsync("dpkg-deb", "--field", Path.Combine(packages.Folder, package), field)).Output;
}

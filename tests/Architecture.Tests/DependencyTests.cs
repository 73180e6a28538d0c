namespace Cilium.Framework.Architecture.Tests;

/// <summary>Who may reference whom (ARCHITECTURE.md), read from the built assemblies.</summary>
public class DependencyTests
{
    private const string Abstractions = "Cilium.Framework.Abstractions";
    private const string Netlink = "Cilium.Framework.Netlink";
    private const string Client = "Cilium.Framework.Client";
    private const string Core = "Cilium.Framework.Core";
    private const string Daemon = "Cilium.Framework.Daemon";

    [Fact]
    public void The_contracts_reference_the_runtime_and_extension_abstractions_only() =>
        Assert.All(BuiltAssembly.Of("Abstractions").References, reference => Assert.True(
            reference.StartsWith("System.", StringComparison.Ordinal) || reference is "netstandard"
                or "Microsoft.Extensions.DependencyInjection.Abstractions" or "Microsoft.Extensions.Logging.Abstractions" or "Microsoft.Extensions.Configuration.Abstractions",
            $"Abstractions references {reference}: it would be shared with every plugin and locked to the host's version"));

    [Theory]
    [InlineData("Netlink")]
    [InlineData("Client")]
    public void A_leaf_library_references_nothing_of_ours(string project) =>
        Assert.DoesNotContain(BuiltAssembly.Of(project).References, reference => reference.StartsWith("Cilium.", StringComparison.Ordinal));

    [Fact]
    public void The_core_references_the_contracts_and_netlink_only() => Assert.Subset(new HashSet<string> { Abstractions, Netlink }, Ours(BuiltAssembly.Of("Core")));

    [Fact]
    public void A_plugin_references_the_contracts_and_leaf_libraries_never_the_core_or_another_plugin()
    {
        var plugins = BuiltAssembly.Below("plugins");
        Assert.NotEmpty(plugins);
        var names = plugins.Select(plugin => plugin.Name).ToHashSet();
        Assert.All(plugins, plugin =>
        {
            Assert.Subset(new HashSet<string> { Abstractions, Netlink, Client }, Ours(plugin));
            Assert.DoesNotContain(plugin.References, names.Contains);
        });
    }

    [Fact]
    public void The_command_line_and_the_lab_know_the_api_only()
    {
        Assert.Subset(new HashSet<string> { Client }, Ours(BuiltAssembly.Of("Cli")));
        Assert.Subset(new HashSet<string> { Client, Netlink }, Ours(BuiltAssembly.Of("Lab")));
    }

    [Fact]
    public void The_kit_for_authors_references_the_contracts_and_xunit_only() => Assert.All(BuiltAssembly.Of("Conformance").References, reference => Assert.True(
        reference == Abstractions || reference.StartsWith("System.", StringComparison.Ordinal) || reference.StartsWith("xunit.v3.", StringComparison.Ordinal),
        $"Conformance references {reference}: an author would have to have it too"));

    [Fact]
    public void The_agent_references_the_core_and_no_plugin() => Assert.Subset(new HashSet<string> { Core, Daemon, Abstractions, Netlink, Client }, Ours(BuiltAssembly.Of("Agent")));

    [Fact]
    public void The_operator_references_the_core_and_neither_agent_nor_plugin_nor_kernel() => Assert.Subset(new HashSet<string> { Core, Daemon, Abstractions }, Ours(BuiltAssembly.Of("Operator")));

    [Fact]
    public void What_services_share_references_the_core_and_the_api_only() => Assert.Subset(new HashSet<string> { Core, Client, Abstractions }, Ours(BuiltAssembly.Of("Daemon")));

    private static HashSet<string> Ours(BuiltAssembly assembly) => [.. assembly.References.Where(reference => reference.StartsWith("Cilium.", StringComparison.Ordinal))];
}

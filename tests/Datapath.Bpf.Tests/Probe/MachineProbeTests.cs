using Cilium.Framework.Datapath.Bpf.Probe;
using Cilium.Framework.Datapath.Bpf.Programs;

namespace Cilium.Framework.Datapath.Bpf.Tests.Probe;

/// <summary>What a kernel lacks is said in words: which, what that costs, what to do. The kernels are on paper.</summary>
public sealed class MachineProbeTests
{
    /// <summary>Lacks nothing.</summary>
    private static readonly MachineDescription Newest = new(new(6, 18, 5), 250, HasTypes: true, Jit: 1, ReversePathFilter: 0, IPv6Forwarding: 0, HasForceForwarding: true);

    /// <summary>Debian 12 after its installation, seen from the machine's own namespace.</summary>
    private static readonly MachineDescription Debian12 = Newest with { Kernel = new(6, 1, 140), HasForceForwarding = false };

    private static readonly BpfSettings Settings = new() { BpfFs = "/run/cilium/bpffs" };

    [Fact]
    public void A_kernel_that_lacks_nothing_gives_no_warning() => Assert.Equal(["Info kernel 6.18.5: 250 jiffies per second."], Findings(Newest));

    [Fact]
    public void A_kernel_that_is_too_old_is_fatal() => Assert.Equal(
        "Fatal kernel 5.15.0: The datapath bpf needs Linux 6.1 or newer: its programs would not be loaded. Boot a newer kernel, or select datapath.provider: simulator.",
        Findings(Debian12 with { Kernel = new(5, 15, 0) })[0]);

    [Fact]
    public void Debian_12_is_told_what_it_does_without() => Assert.Equal(
        [
            "Info kernel 6.1.140: 250 jiffies per second.",
            "Info tcx: Linux 6.1.140 has no tcx (6.6 and newer have it): native devices get clsact filters in place of pinned links. Who removes clsact or that filter from such a device (tc qdisc del dev DEVICE clsact) also removes the judgement of what comes from other machines; let no other tool do that.",
            "Warning net.ipv6.conf.all.forwarding: It is 0 and this kernel has no force_forwarding (Linux 6.17 and newer have it): IPv6 packets of endpoints to other machines will not pass; those between endpoints of this node will. Set it to 1, or set datapath.bpf.sysctl: manage.",
        ],
        Findings(Debian12));

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void What_does_not_matter_is_not_mentioned(bool manage, int forwarding) =>
        Assert.DoesNotContain(Findings(Debian12 with { IPv6Forwarding = forwarding }, Settings with { ManageSysctl = manage, Attach = AttachMode.Tc }), finding => !finding.StartsWith("Info kernel", StringComparison.Ordinal));

    [Fact]
    public void IPv6_matters_only_where_it_is_used() => Assert.DoesNotContain(Findings(Debian12 with { IPv6Forwarding = null }, ipv6: false), finding => finding.Contains("ipv6", StringComparison.Ordinal));

    [Fact]
    public void Links_that_are_asked_for_and_cannot_be_are_fatal() => Assert.Contains(
        "Fatal tcx: datapath.bpf.attach is tcx, and Linux 6.1.140 has no tcx (6.6 and newer have it): no program could be attached. Set datapath.bpf.attach: auto, or boot a newer kernel.",
        Findings(Debian12, Settings with { Attach = AttachMode.Tcx }));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_first_kernel_with_tcx_is_not_told_of_it(bool everywhere) =>
        Assert.DoesNotContain(Findings(Newest with { Kernel = new(6, 6, 0) }, Settings with { Attach = everywhere ? AttachMode.Tcx : AttachMode.Auto }), finding => finding.Contains("tcx", StringComparison.Ordinal));

    [Theory]
    [InlineData(0, "Warning net.core.bpf_jit_enable: It is 0: BPF programs are interpreted, and every packet takes many times longer. Set it to 1 and restart the agent after `cilium cleanup --force`.")]
    [InlineData(null, "Warning net.core.bpf_jit_enable: Cannot tell whether BPF programs are compiled to machine code; interpreted ones are many times slower.")]
    public void Interpreted_programs_are_told(int? jit, string expected) => Assert.Contains(expected, Findings(Newest with { Jit = jit }));

    [Fact]
    public void Missing_types_cost_the_tools_only() => Assert.Contains(
        "Warning /sys/kernel/btf/vmlinux: This kernel has no BPF type information; maps cannot be described to tools such as bpftool. Packets are judged all the same. Use a kernel with CONFIG_DEBUG_INFO_BTF.",
        Findings(Newest with { HasTypes = false }));

    [Fact]
    public void A_kernel_without_IPv6_is_told_when_the_family_is_on() => Assert.Contains(
        "Warning net.ipv6: ipv6.enabled is true, and this kernel has no IPv6: packets of endpoints in that family go nowhere. Set ipv6.enabled: false, or start the kernel without ipv6.disable=1.",
        Findings(Newest with { IPv6Forwarding = null, HasForceForwarding = false }));

    private static string[] Findings(MachineDescription machine, BpfSettings? settings = null, bool ipv6 = true) =>
        [.. MachineProbe.Look(machine, Path.Combine(AppContext.BaseDirectory, "bpf"), ipv6, settings ?? Settings).Select(finding => $"{finding.Severity} {finding.Subject}: {finding.Message}")];
}

using Cilium.Framework.Datapath.Bpf.Programs;

namespace Cilium.Framework.Datapath.Bpf.Probe;

/// <summary>What the datapath needs to know of a machine.</summary>
/// <param name="Kernel">Version of Linux.</param>
/// <param name="JiffiesPerSecond">Ticks of its clock.</param>
/// <param name="HasTypes">It describes its own types (BTF).</param>
/// <param name="Jit">net.core.bpf_jit_enable; null: not to be seen from here.</param>
/// <param name="ReversePathFilter">net.ipv4.conf.all.rp_filter; null: not to be seen.</param>
/// <param name="IPv6Forwarding">net.ipv6.conf.all.forwarding; null: no IPv6.</param>
/// <param name="HasForceForwarding">Single devices can be opened to IPv6 (net.ipv6.conf.DEVICE.force_forwarding).</param>
internal sealed record MachineDescription(
    Version Kernel, long JiffiesPerSecond, bool HasTypes, int? Jit, int? ReversePathFilter, int? IPv6Forwarding, bool HasForceForwarding)
{
    /// <summary>This machine, in the network namespace of this thread.</summary>
    public static MachineDescription Here() => new(
        Environment.OSVersion.Version,
        KernelClock.JiffiesPerSecond,
        File.Exists("/sys/kernel/btf/vmlinux"),
        Sysctl.Read("core/bpf_jit_enable"),
        Sysctl.Read("ipv4/conf/all/rp_filter"),
        Sysctl.Read("ipv6/conf/all/forwarding"),
        Sysctl.Read("ipv6/conf/default/force_forwarding") is not null);
}

using Cilium.Framework.Datapath.Bpf.Programs;

namespace Cilium.Framework.Datapath.Bpf.Probe;

/// <summary>Says what a machine lacks of what the datapath uses, what that costs, and what to do. Changes nothing.</summary>
internal static class MachineProbe
{
    /// <summary>The oldest that the programs are tried on: Debian 12 has it.</summary>
    private static readonly Version LeastKernel = new(6, 1);

    public static IReadOnlyList<ProbeFinding> Look(MachineDescription machine, string objects, bool ipv6, BpfSettings settings) =>
    [
        .. Kernel(machine),
        .. Attaching(machine, settings.Attach),
        .. Objects(objects),
        .. settings.ManageSysctl ? [] : Sysctls(machine, ipv6),
    ];

    private static IEnumerable<ProbeFinding> Kernel(MachineDescription machine)
    {
        yield return machine.Kernel < LeastKernel
            ? new(ProbeSeverity.Fatal, $"kernel {machine.Kernel}", $"The datapath bpf needs Linux {LeastKernel} or newer: its programs would not be loaded. Boot a newer kernel, or select datapath.provider: simulator.")
            : new(ProbeSeverity.Info, $"kernel {machine.Kernel}", $"{machine.JiffiesPerSecond} jiffies per second.");
        if (machine.Jit is null)
            yield return new(ProbeSeverity.Warning, "net.core.bpf_jit_enable", "Cannot tell whether BPF programs are compiled to machine code; interpreted ones are many times slower.");
        if (machine.Jit == 0)
            yield return new(ProbeSeverity.Warning, "net.core.bpf_jit_enable", "It is 0: BPF programs are interpreted, and every packet takes many times longer. Set it to 1 and restart the agent after `cilium cleanup --force`.");
        if (!machine.HasTypes)
            yield return new(ProbeSeverity.Warning, "/sys/kernel/btf/vmlinux", "This kernel has no BPF type information; maps cannot be described to tools such as bpftool. Packets are judged all the same. Use a kernel with CONFIG_DEBUG_INFO_BTF.");
    }

    private static IEnumerable<ProbeFinding> Attaching(MachineDescription machine, AttachMode mode)
    {
        if (machine.Kernel >= TcxFilter.LeastKernel || mode == AttachMode.Tc)
            yield break;
        yield return mode == AttachMode.Tcx
            ? new(ProbeSeverity.Fatal, "tcx", $"datapath.bpf.attach is tcx, and Linux {machine.Kernel} has no tcx ({TcxFilter.LeastKernel} and newer have it): no program could be attached. Set datapath.bpf.attach: auto, or boot a newer kernel.")
            : new(ProbeSeverity.Info, "tcx", $"Linux {machine.Kernel} has no tcx ({TcxFilter.LeastKernel} and newer have it): native devices get clsact filters in place of pinned links. Who removes clsact or that filter from such a device (tc qdisc del dev DEVICE clsact) also removes the judgement of what comes from other machines; let no other tool do that.");
    }

    private static IEnumerable<ProbeFinding> Objects(string objects) =>
        ProgramSet.Attached.Select(name => Path.Combine(objects, name + ".o")).Where(path => !File.Exists(path))
            .Select(path => new ProbeFinding(ProbeSeverity.Fatal, path, "The compiled program is missing: the plugin's folder is not complete. Install it again."));

    private static IEnumerable<ProbeFinding> Sysctls(MachineDescription machine, bool ipv6)
    {
        if (machine.ReversePathFilter is { } filter and not 0)
            yield return new(ProbeSeverity.Warning, "net.ipv4.conf.all.rp_filter", $"It is {filter}, which overrides the 0 of our devices: IPv4 packets of endpoints to the node and beyond may be dropped by the kernel. Set it to 0, or set datapath.bpf.sysctl: manage.");
        if (ipv6 && machine.IPv6Forwarding is null)
            yield return new(ProbeSeverity.Warning, "net.ipv6", "ipv6.enabled is true, and this kernel has no IPv6: packets of endpoints in that family go nowhere. Set ipv6.enabled: false, or start the kernel without ipv6.disable=1.");
        if (ipv6 && machine is { IPv6Forwarding: 0, HasForceForwarding: false })
            yield return new(ProbeSeverity.Warning, "net.ipv6.conf.all.forwarding", "It is 0 and this kernel has no force_forwarding (Linux 6.17 and newer have it): IPv6 packets of endpoints to other machines will not pass; those between endpoints of this node will. Set it to 1, or set datapath.bpf.sysctl: manage.");
    }
}

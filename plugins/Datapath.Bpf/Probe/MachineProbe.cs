using Cilium.Framework.Datapath.Bpf.Programs;

namespace Cilium.Framework.Datapath.Bpf.Probe;

/// <summary>Looks at the machine without changing it.</summary>
internal static class MachineProbe
{
    private static readonly Version LeastKernel = new(6, 1);

    public static IReadOnlyList<ProbeFinding> Look(string objects, bool ipv6, bool manageSysctl)
    {
        var findings = new List<ProbeFinding>();
        LookAtKernel(findings);
        LookAtObjects(findings, objects);
        if (!manageSysctl)
            LookAtSysctls(findings, ipv6);
        return findings;
    }

    private static void LookAtKernel(List<ProbeFinding> findings)
    {
        var kernel = Environment.OSVersion.Version;
        findings.Add(kernel < LeastKernel
            ? new(ProbeSeverity.Fatal, $"kernel {kernel}", $"The datapath bpf needs Linux {LeastKernel} or newer. Boot a newer kernel, or select datapath.provider: simulator.")
            : new(ProbeSeverity.Info, $"kernel {kernel}", $"{KernelClock.JiffiesPerSecond} jiffies per second."));
        if (!File.Exists("/proc/sys/net/core/bpf_jit_enable"))
            findings.Add(new(ProbeSeverity.Warning, "net.core.bpf_jit_enable", "Cannot tell whether BPF programs are compiled to machine code; interpreted ones are many times slower."));
        if (!File.Exists("/sys/kernel/btf/vmlinux"))
            findings.Add(new(ProbeSeverity.Warning, "/sys/kernel/btf/vmlinux", "This kernel has no BPF type information; maps cannot be described to tools."));
    }

    private static void LookAtObjects(List<ProbeFinding> findings, string objects)
    {
        foreach (var name in ProgramSet.Attached.Where(name => !File.Exists(Path.Combine(objects, name + ".o"))))
            findings.Add(new(ProbeSeverity.Fatal, Path.Combine(objects, name + ".o"), "The compiled program is missing: the plugin's folder is not complete. Install it again."));
    }

    private static void LookAtSysctls(List<ProbeFinding> findings, bool ipv6)
    {
        if (Sysctl.Read("ipv4/conf/all/rp_filter") is { } filter and not 0)
            findings.Add(new(ProbeSeverity.Warning, "net.ipv4.conf.all.rp_filter", $"It is {filter}, which overrides the 0 of our devices: IPv4 packets of endpoints to the node and beyond may be dropped by the kernel. Set it to 0, or set datapath.bpf.sysctl: manage."));
        if (ipv6 && Sysctl.Read("ipv6/conf/all/forwarding") == 0 && Sysctl.Read("ipv6/conf/default/force_forwarding") is null)
            findings.Add(new(ProbeSeverity.Warning, "net.ipv6.conf.all.forwarding", "It is 0 and this kernel has no force_forwarding: IPv6 packets of endpoints to other machines will not pass; those between endpoints of this node will. Set it to 1, or set datapath.bpf.sysctl: manage."));
    }
}

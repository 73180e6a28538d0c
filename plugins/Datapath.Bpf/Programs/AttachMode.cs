namespace Cilium.Framework.Datapath.Bpf.Programs;

/// <summary>How programs are attached to devices (setting <c>datapath.bpf.attach</c>).</summary>
internal enum AttachMode
{
    /// <summary>
    /// clsact for endpoints, whose start must not wait for the kernel's grace periods (1 ms against 7 to 16, serialised machine-wide: datapath-limits.md,
    /// section 5), and tcx for native devices where the kernel has it.
    /// </summary>
    Auto,

    /// <summary>Pinned tcx links everywhere; Linux 6.6 or newer.</summary>
    Tcx,

    /// <summary>clsact filters everywhere.</summary>
    Tc,
}

using Cilium.Framework.Datapath.Bpf.Native;

namespace Cilium.Framework.Datapath.Bpf.Programs;

/// <summary>Which program is attached where, in the way that the settings say. When that changes, the new is attached before the old goes.</summary>
internal sealed class DeviceFilters(ProgramSet programs, AttachMode mode, string bpffs)
{
    /// <summary>Both programs of an endpoint, at the host side of its device.</summary>
    public void AttachEndpoint(int ifIndex)
    {
        Attach(ifIndex, TcHook.Ingress, programs[ProgramSet.FromEndpoint], mode == AttachMode.Tcx);
        Attach(ifIndex, TcHook.Egress, programs[ProgramSet.ToEndpoint], mode == AttachMode.Tcx);
    }

    /// <summary>The program of a device to other machines.</summary>
    public void AttachNative(int ifIndex) =>
        Attach(ifIndex, TcHook.Ingress, programs[ProgramSet.FromNetdev], mode == AttachMode.Tcx || (mode == AttachMode.Auto && TcxFilter.IsSupported));

    /// <summary>The program of the node's door to its endpoints.</summary>
    public void AttachHost(int ifIndex) => Attach(ifIndex, TcHook.Egress, programs[ProgramSet.FromHost], mode == AttachMode.Tcx);

    public bool IsNative(int ifIndex) => Has(bpffs, ifIndex, TcHook.Ingress, ProgramSet.FromNetdev);

    public bool IsHost(int ifIndex) => Has(bpffs, ifIndex, TcHook.Egress, ProgramSet.FromHost);

    public bool DetachNative(int ifIndex) => Detach(bpffs, ifIndex, TcHook.Ingress);

    /// <summary>Removes what is left of links whose device is gone.</summary>
    public int RemoveDead() => TcxFilter.RemoveDead(bpffs);

    /// <summary>Lets go of programs of other builds that none of these devices has any more.</summary>
    /// <param name="devices">Every device of the node.</param>
    public void ForgetReplaced(IReadOnlyCollection<int> devices)
    {
        if (!OwnPrograms.HasReplaced(bpffs))
            return;
        var attached = devices.SelectMany(device => Ways(bpffs, device, TcHook.Ingress).Concat(Ways(bpffs, device, TcHook.Egress))).Select(way => way.Attached()?.Id).OfType<uint>();
        OwnPrograms.ForgetReplaced(bpffs, attached.ToHashSet());
    }

    /// <summary>True when that program of ours is attached there, in whichever way.</summary>
    public static bool Has(string bpffs, int ifIndex, int point, string program) => Ways(bpffs, ifIndex, point).Any(way => way.Attached() is { IsOurs: true } attached && attached.Name == program);

    /// <summary>Detaches what is ours, in whichever way it is attached.</summary>
    /// <returns>True when something was.</returns>
    public static bool Detach(string bpffs, int ifIndex, int point) => Ways(bpffs, ifIndex, point).Where(way => way.Detach()).ToArray().Length > 0;

    private void Attach(int ifIndex, int point, LoadedProgram program, bool tcx)
    {
        var (tcFilter, tcxFilter) = (new TcFilter(bpffs, ifIndex, point), new TcxFilter(bpffs, ifIndex, point));
        if (tcx)
        {
            tcxFilter.Attach(program);
            tcFilter.Detach();
        }
        else
        {
            tcFilter.Attach(program);
            tcxFilter.Detach();
        }
    }

    private static IFilter[] Ways(string bpffs, int ifIndex, int point) => [new TcFilter(bpffs, ifIndex, point), new TcxFilter(bpffs, ifIndex, point)];
}

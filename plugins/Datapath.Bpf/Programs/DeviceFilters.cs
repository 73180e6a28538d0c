using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Errors;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Datapath.Bpf.Programs;

/// <summary>Which program is attached where, in the way that the settings say. When that changes, the new is attached before the old goes.</summary>
internal sealed class DeviceFilters(ProgramSet programs, AttachMode mode, string bpffs)
{
    private readonly Lock _lock = new();

    /// <summary>Devices to other machines are few and start with the node: they can wait for a link (<see cref="AttachMode.Auto"/>).</summary>
    private bool IsTcxForNodes => mode == AttachMode.Tcx || (mode == AttachMode.Auto && TcxFilter.IsSupported);

    /// <summary>Makes the place for an endpoint's programs, where they need one.</summary>
    public void PrepareEndpoint(int ifIndex)
    {
        if (mode != AttachMode.Tcx)
            new TcFilter(bpffs, ifIndex, TcHook.Ingress).Prepare();
    }

    /// <summary>Both programs of an endpoint, at the host side of its device.</summary>
    /// <param name="ifIndex">The device.</param>
    /// <param name="isNew">It was prepared and most likely has none yet.</param>
    public void AttachEndpoint(int ifIndex, bool isNew)
    {
        Attach(ifIndex, TcHook.Ingress, ProgramSet.FromEndpoint, mode == AttachMode.Tcx, isNew);
        Attach(ifIndex, TcHook.Egress, ProgramSet.ToEndpoint, mode == AttachMode.Tcx, isNew);
    }

    /// <summary>The program of a device to other machines.</summary>
    public void AttachNative(int ifIndex) => Attach(ifIndex, TcHook.Ingress, ProgramSet.FromNetdev, IsTcxForNodes);

    /// <summary>The program of the device that wraps packets to other nodes.</summary>
    public void AttachOverlay(int ifIndex) => Attach(ifIndex, TcHook.Ingress, ProgramSet.FromOverlay, IsTcxForNodes);

    /// <summary>The program of the node's door to its endpoints.</summary>
    public void AttachHost(int ifIndex) => Attach(ifIndex, TcHook.Egress, ProgramSet.FromHost, mode == AttachMode.Tcx);

    public bool IsNative(int ifIndex) => Has(bpffs, ifIndex, TcHook.Ingress, ProgramSet.FromNetdev);

    public bool IsOverlay(int ifIndex) => Has(bpffs, ifIndex, TcHook.Ingress, ProgramSet.FromOverlay);

    public bool IsHost(int ifIndex) => Has(bpffs, ifIndex, TcHook.Egress, ProgramSet.FromHost);

    /// <summary>Takes the program of a native or an overlay device away.</summary>
    public bool DetachIngress(int ifIndex) => Detach(bpffs, ifIndex, TcHook.Ingress);

    /// <summary>Puts the programs of this set in the place of others of the same name, at every device of this thread's namespace.</summary>
    /// <returns>What went wrong at which device.</returns>
    public IReadOnlyList<string> RenewAll()
    {
        var problems = new List<string>();
        using var netlink = RouteNetlink.Open();
        var links = netlink.ListLinks();
        foreach (var link in links)
        {
            foreach (var way in (IFilter[])[.. Ways(bpffs, link.Index, TcHook.Ingress), .. Ways(bpffs, link.Index, TcHook.Egress)])
            {
                try
                {
                    Renew(way);
                }
                catch (CiliumException) when (LibC.DeviceName(link.Index) is null)
                {
                    // The device has gone meanwhile.
                }
                catch (CiliumException exception)
                {
                    problems.Add($"device {link.Name}: {exception.Message}");
                }
            }
        }

        if (problems.Count == 0)
            ForgetReplaced([.. links.Select(link => link.Index)]);
        return problems;
    }

    /// <summary>Changes the programs while nobody attaches one.</summary>
    public void Change(Action<ProgramSet> change)
    {
        lock (_lock)
            change(programs);
    }

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

    private void Renew(IFilter way)
    {
        if (way.Attached() is not { IsOurs: true } attached)
            return;
        lock (_lock)
            way.Attach(programs[attached.Name]);
    }

    private void Attach(int ifIndex, int point, string name, bool tcx, bool isNew = false)
    {
        lock (_lock)
            Attach(ifIndex, point, programs[name], tcx, isNew);
    }

    private void Attach(int ifIndex, int point, LoadedProgram program, bool tcx, bool isNew)
    {
        var (tcFilter, tcxFilter) = (new TcFilter(bpffs, ifIndex, point), new TcxFilter(bpffs, ifIndex, point));
        if (tcx)
        {
            tcxFilter.Attach(program);
            tcFilter.Detach();
        }
        else
        {
            if (!isNew || !tcFilter.Add(program))
                tcFilter.Attach(program);
            tcxFilter.Detach();
        }
    }

    private static IFilter[] Ways(string bpffs, int ifIndex, int point) => [new TcFilter(bpffs, ifIndex, point), new TcxFilter(bpffs, ifIndex, point)];
}

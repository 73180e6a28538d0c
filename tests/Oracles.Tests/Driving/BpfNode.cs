using System.Globalization;
using Cilium.Framework.Datapath;
using Cilium.Framework.Datapath.Bpf;
using Cilium.Framework.Datapath.Bpf.Tests.Infrastructure;
using Cilium.Framework.Datapath.Suite;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Oracles.Driving;

/// <summary>The programs in the kernel, in a network namespace of their own.</summary>
internal sealed class BpfNode : NodeUnderTest
{
    private const int Workloads = 5;

    private static int _count;

    private readonly NetworkNamespace _namespace;
    private readonly Dictionary<ushort, (string, int)> _devices = [];
    private readonly FakePluginContext _context;
    private readonly BpfSettings _settings;
    private readonly BpfDatapath _datapath;

    /// <param name="pluginDirectory">Holds the folder <c>bpf</c> with compiled programs; null: those of this build.</param>
    public BpfNode(string? pluginDirectory = null)
        : base("programs")
    {
        Require.Bpf();
        _namespace = NetworkNamespace.Create(string.Create(CultureInfo.InvariantCulture, $"oracle{Environment.ProcessId}n{Interlocked.Increment(ref _count)}"));
        _settings = Variant.Settings with { BpfFs = Path.Combine(Folder, "bpffs"), ConntrackMax = 8192, EventsBufferBytes = 1 << 16, Trace = false };
        _context = new FakePluginContext(Folder) { PluginDirectory = pluginDirectory ?? AppContext.BaseDirectory };
        _datapath = new BpfDatapath(_context, _settings);
        try
        {
            MakeDevices();
            _namespace.Run(() => Done(_datapath.InitializeAsync(default)));
            AddOverlay();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    protected override IDatapath Datapath => _datapath;

    public override void Dispose()
    {
        var disposing = _datapath.DisposeAsync().AsTask();
        SpinWait.SpinUntil(() => disposing.IsCompleted, TimeSpan.FromSeconds(10));
        _namespace.Run(() => Done(new BpfDatapath(_context, _settings).RemoveAllAsync(default)));
        _namespace.Delete();
        base.Dispose();
    }

    protected override (string Device, int IfIndex) Device(ushort workload) => _devices[workload];

    protected override T Run<T>(Func<T> function) => _namespace.Run(function);

    private void MakeDevices()
    {
        using var netlink = RouteNetlink.Open(_namespace);
        netlink.CreateVxlan(new MetadataTunnel { Name = Overlay.Name, Port = 8472, Mtu = Overlay.Mtu });
        netlink.SetUp(netlink.FindLink(Overlay.Name)!.Index);
        for (ushort id = 1; id <= Workloads; id++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"lxc{id}");
            netlink.CreateVeth(new VethPair { Name = name, PeerName = $"tmp{id}", PeerNamespace = null });
            var link = netlink.FindLink(name)!;
            netlink.SetUp(link.Index);
            _devices[id] = (name, link.Index);
        }
    }
}

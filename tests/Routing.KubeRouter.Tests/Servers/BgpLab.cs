using System.Net;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Servers;
using Cilium.Framework.Netlink;
using Cilium.Framework.Routing.KubeRouter.GoBgp;

namespace Cilium.Framework.Routing.KubeRouter.Tests.Servers;

/// <summary>Machines on one segment, each with a GoBGP, and a machine outside that may have a BIRD. Everything is removed on disposal.</summary>
internal sealed class BgpLab : IDisposable
{
    public const uint As = 64512;

    private static int _count;
    private readonly string _name = NewName();
    private readonly TemporaryFolder _folder = new();
    private readonly List<NetworkNamespace> _machines = [];
    private readonly List<GoBgpd> _speakers = [];
    private readonly List<GoBgpConnection> _connections = [];
    private Bird? _bird;

    public BgpLab() => Segment = LabSegment.Create(_name);

    public LabSegment Segment { get; }

    public IReadOnlyList<GoBgpd> Speakers => _speakers;

    public IReadOnlyList<NetworkNamespace> Machines => _machines;

    public Bird Bird => _bird ?? throw new InvalidOperationException("BIRD was not started.");

    /// <param name="machine">0-based.</param>
    public static LabPlace Place(int machine) => LabPlace.Of(machine + 1);

    /// <summary>Makes a machine without a GoBGP.</summary>
    public LabPlace AddMachine()
    {
        var place = Place(_machines.Count);
        var machine = NetworkNamespace.Create($"{_name}-{_machines.Count}");
        _machines.Add(machine);
        Segment.Attach(machine, place.IPv4, place.IPv6);
        return place;
    }

    /// <summary>Makes a machine and starts a GoBGP there.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="neighbours">Its neighbours.</param>
    /// <param name="number">Its AS; null: BGP is not started.</param>
    public async Task<GoBgpd> AddAsync(string program, IReadOnlyList<GoBgpdNeighbour> neighbours, uint? number = As)
    {
        AddMachine();
        _speakers.Add(await StartAsync(_machines.Count - 1, program, neighbours, number));
        return _speakers[^1];
    }

    /// <summary>Ends the GoBGP of a machine and starts another program in its place, as an upgrade of kube-router does.</summary>
    public async Task ReplaceAsync(int machine, string program, IReadOnlyList<GoBgpdNeighbour> neighbours, uint? number = As)
    {
        await _speakers[machine].KillAsync(Stop);
        File.Delete(_speakers[machine].Socket);
        _speakers[machine].Dispose();
        _speakers[machine] = await StartAsync(machine, program, neighbours, number);
    }

    /// <summary>Starts a BIRD on the machine outside.</summary>
    public async Task AddBirdAsync(string program, IReadOnlyList<BirdNeighbour> neighbours, params IPNetwork[] originates) =>
        _bird = await Bird.StartAsync(new BirdSettings(program, _folder.Path, Segment.World) { Neighbours = neighbours, Originates = originates }, Stop);

    /// <summary>Connects to a speaker; the connection is closed with the lab.</summary>
    public async Task<GoBgpConnection> ConnectAsync(GoBgpd speaker, GoBgpSettings? settings = null)
    {
        var connection = await GoBgpConnection.OpenAsync(settings ?? SettingsOf(speaker), TimeProvider.System, Stop);
        lock (_connections)
            _connections.Add(connection);
        return connection;
    }

    /// <summary>With the patience that a busy machine needs.</summary>
    public static GoBgpSettings SettingsOf(GoBgpd speaker) => new(GoBgpAddress.Parse($"unix://{speaker.Socket}")) { CallTimeout = Patience.Of(TimeSpan.FromSeconds(20)) };

    public void Dispose() => CleanUp.All(
        [
            .. _connections.Select(connection => (Action)connection.Dispose),
            .. _speakers.Select(speaker => (Action)speaker.Dispose),
            () => _bird?.Dispose(),
            .. _machines.Select(machine => (Action)machine.Delete),
            Segment.Dispose,
            _folder.Dispose,
        ]);

    // Comes before everything that would have to be removed.
    private static string NewName()
    {
        Require.Root();
        return $"bgp{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";
    }

    private Task<GoBgpd> StartAsync(int machine, string program, IReadOnlyList<GoBgpdNeighbour> neighbours, uint? number) => GoBgpd.StartAsync(
        new(program, _folder.Path) { Name = $"gobgpd{machine}", Namespace = _machines[machine], As = number, RouterId = Place(machine).IPv4, Neighbours = neighbours }, Stop);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}

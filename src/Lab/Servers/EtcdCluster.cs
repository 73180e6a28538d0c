using System.Net;
using System.Net.Sockets;

namespace Cilium.Framework.Lab.Servers;

/// <summary>Real etcd servers that hold one content together, on ports that were free. Disposal ends them; their folder is the caller's.</summary>
public sealed class EtcdCluster : IDisposable
{
    /// <summary>How long a member may take until it answers; the first start writes its files.</summary>
    public static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30) * PatienceFactor.Value;

    private readonly string _initial;

    private EtcdCluster(IReadOnlyList<EtcdMember> members)
    {
        Members = members;
        _initial = string.Join(',', members.Select(member => $"{member.Name}={member.PeerUrl.AbsoluteUri.TrimEnd('/')}"));
    }

    /// <summary>The members.</summary>
    public IReadOnlyList<EtcdMember> Members { get; }

    /// <summary>Where clients reach the members.</summary>
    public IReadOnlyList<string> Endpoints => [.. Members.Select(member => member.ClientUrl.AbsoluteUri.TrimEnd('/'))];

    /// <summary>Starts the members and waits until all are healthy.</summary>
    /// <param name="folder">Where they keep data and logs; exists.</param>
    /// <param name="settings">How.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="LabException">There is no program, or a member did not start.</exception>
    public static async Task<EtcdCluster> StartAsync(string folder, EtcdServerSettings settings, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var program = settings.Program ?? EtcdProgram.Find()
            ?? throw new LabException($"etcd was not found: run eng/etcd.sh, install it, or name it in {EtcdProgram.Variable}.");
        var ports = FreePorts(settings, settings.Members * 2);
        var cluster = new EtcdCluster([.. Enumerable.Range(0, settings.Members).Select(i => new EtcdMember(settings, program, folder, $"m{i}", (ports[2 * i], ports[(2 * i) + 1])))]);
        try
        {
            foreach (var member in cluster.Members)
                member.Start(cluster._initial);
            await cluster.WaitUntilHealthyAsync(ct);
            return cluster;
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    /// <summary>Starts a member that was killed, over the data that it had; does not wait until it answers.</summary>
    /// <param name="member">0-based.</param>
    public void Start(int member) => Members[member].Start(_initial);

    /// <summary>Waits until every member that runs is healthy.</summary>
    /// <param name="ct">Gives up.</param>
    public Task WaitUntilHealthyAsync(CancellationToken ct) =>
        Task.WhenAll(Members.Where(member => member.IsRunning).Select(member => member.WaitUntilHealthyAsync(StartTimeout, ct)));

    /// <summary>Ends all members and starts them without any data.</summary>
    /// <param name="ct">Gives up.</param>
    public async Task WipeAsync(CancellationToken ct)
    {
        foreach (var member in Members.Where(member => member.IsRunning))
            await member.KillAsync(ct);
        foreach (var member in Members)
        {
            member.WipeData();
            member.Start(_initial);
        }

        await WaitUntilHealthyAsync(ct);
    }

    /// <summary>Ends what still runs.</summary>
    public void Dispose()
    {
        foreach (var member in Members)
            member.Dispose();
    }

    // They are free when they are looked for; who takes one meanwhile makes the start fail with etcd's own words.
    private static int[] FreePorts(EtcdServerSettings settings, int count) => settings.Namespace is { } networkNamespace
        ? networkNamespace.Run(() => FreePorts(settings.Address, count))
        : FreePorts(settings.Address, count);

    private static int[] FreePorts(IPAddress address, int count)
    {
        var sockets = Enumerable.Range(0, count).Select(_ => new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp)).ToList();
        try
        {
            foreach (var socket in sockets)
                socket.Bind(new IPEndPoint(address, 0));
            return [.. sockets.Select(socket => ((IPEndPoint)socket.LocalEndPoint!).Port)];
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }
}

using System.Net;
using Cilium.Framework.Lab.Servers;
using Cilium.Framework.Routing.KubeRouter.GoBgp;

namespace Cilium.Framework.Routing.KubeRouter.Tests.Servers;

/// <summary>Two GoBGP of one AS that are neighbours, shared by the tests of one class: each uses prefixes of its own.</summary>
public abstract class SpeakerPair(int version) : IAsyncLifetime
{
    private BgpLab? _lab;
    private GoBgpConnection? _first, _second;

    internal BgpLab Lab => _lab ?? throw new InvalidOperationException("The servers were not started.");

    internal GoBgpConnection First => _first ?? throw new InvalidOperationException("The servers were not started.");

    internal GoBgpConnection Second => _second ?? throw new InvalidOperationException("The servers were not started.");

    internal int Version => version;

    /// <summary>Ends a test that cannot run here.</summary>
    internal void IsNeeded()
    {
        Require.Root();
        RequireBgp.GoBgpd(version);
    }

    public async ValueTask InitializeAsync()
    {
        if (!Environment.IsPrivilegedProcess || GoBgpdProgram.Find(version) is not { } program)
            return;
        _lab = new();
        foreach (var other in (int[])[1, 0])
            await _lab.AddAsync(program, [new(BgpLab.Place(other).IPv4, BgpLab.As)]);
        _first = await _lab.ConnectAsync(_lab.Speakers[0]);
        _second = await _lab.ConnectAsync(_lab.Speakers[1]);
        await UntilEstablishedAsync(_first.Api, BgpLab.Place(1).IPv4);
        await UntilEstablishedAsync(_second.Api, BgpLab.Place(0).IPv4);
    }

    public ValueTask DisposeAsync()
    {
        _lab?.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    internal static async Task UntilEstablishedAsync(IGoBgpApi api, IPAddress neighbour) => await Eventually.TrueAsync(
        async () => (await api.ListNeighboursAsync(TestContext.Current.CancellationToken)).Any(known => known.Address.Equals(neighbour) && known.State == BgpSessionState.Established),
        $"the session with {neighbour} is established",
        seconds: 60);
}

/// <summary>Of version 3.</summary>
public sealed class SpeakerPair3() : SpeakerPair(3);

/// <summary>Of version 4.</summary>
public sealed class SpeakerPair4() : SpeakerPair(4);

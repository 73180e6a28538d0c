using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab.Servers;

/// <summary>Stands in for the part of kube-router that a bare <see cref="GoBgpd"/> lacks: what the GoBGP learns from its peers becomes a route of its machine's kernel.</summary>
/// <remarks>
/// Like kube-router it acts on what it is told: a route goes when its withdrawal is told, and stays while the GoBGP is away. It is no kube-router: ranges are
/// announced by whoever starts it, and there are no tunnels to other subnets.
/// </remarks>
public sealed class KubeRouterStandIn : IAsyncDisposable
{
    /// <summary>Marks kube-router's routes (<c>mrouted</c> of iproute2's rt_protos).</summary>
    public const byte Protocol = 17;

    /// <summary>Between attempts to follow a GoBGP that is away.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly GoBgpdSettings _speaker;
    private readonly RouteNetlink _kernel;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _following;

    private KubeRouterStandIn(GoBgpdSettings speaker)
    {
        _speaker = speaker;
        _kernel = speaker.Namespace is { } machine ? RouteNetlink.Open(machine) : RouteNetlink.Open();
        _following = Task.Run(() => FollowAsync(_stop.Token));
    }

    /// <summary>Begins to follow a GoBGP, over its restarts, until disposal.</summary>
    /// <param name="speaker">How it was started; its namespace is the machine whose kernel gets the routes.</param>
    public static KubeRouterStandIn Start(GoBgpdSettings speaker) => new(speaker);

    /// <summary>Stops following. The routes stay, as when kube-router ends.</summary>
    /// <exception cref="NetlinkException">The kernel had refused a route; nothing was followed from then on.</exception>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _following;
        }
        finally
        {
            _kernel.Dispose();
            _stop.Dispose();
        }
    }

    private async Task FollowAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await FollowOnceAsync(stop);
                // A GoBGP that is away tells nobody when it is back.
                await Task.Delay(Pause, TimeProvider.System, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    // The program prints what there is, then every change of a best way, of both families; it ends with the GoBGP.
    private async Task FollowOnceAsync(CancellationToken stop)
    {
        string[] line =
        [
            Path.Combine(Path.GetDirectoryName(_speaker.Program)!, "gobgp"), "-u", _speaker.Api.Address.ToString(), "-p", _speaker.Api.Port.ToString(CultureInfo.InvariantCulture),
            "monitor", "global", "rib", "--current", "--json",
        ];
        if (_speaker.Namespace is { } machine)
            line = ["nsenter", $"--net={machine.Path}", .. line];
        using var process = Process.Start(new ProcessStartInfo(line[0], line[1..]) { RedirectStandardOutput = true })
            ?? throw new LabException($"{line[0]} could not be started.");
        try
        {
            while (await process.StandardOutput.ReadLineAsync(stop) is { } told)
            {
                // Else it is the reason of its end.
                if (told.StartsWith('['))
                    Install(told);
            }
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private void Install(string told)
    {
        using var document = JsonDocument.Parse(told);
        foreach (var path in document.RootElement.EnumerateArray())
        {
            var network = IPNetwork.Parse(path.GetProperty("nlri").GetProperty("prefix").GetString()!);
            var route = new Route { Destination = network.BaseAddress, PrefixLength = network.PrefixLength, Family = network.BaseAddress.AddressFamily, Protocol = Protocol };
            // What the machine tells itself is no way to anywhere.
            if (path.TryGetProperty("withdrawal", out var gone) && gone.GetBoolean() || !IsLearnt(path))
                _kernel.DeleteRoute(route);
            else
                _kernel.ReplaceRoute(route with { Gateway = NextHop(path) });
        }
    }

    // The key's name of version 3, then of 4.
    private static bool IsLearnt(JsonElement path) =>
        (path.TryGetProperty("neighbor-ip", out var peer) || path.TryGetProperty("peer-address", out peer)) && IPAddress.TryParse(peer.GetString(), out _);

    // NEXT_HOP, or MP_REACH_NLRI (RFC 4760) of IPv6.
    private static IPAddress NextHop(JsonElement path) =>
        IPAddress.Parse(path.GetProperty("attrs").EnumerateArray().First(attribute => attribute.TryGetProperty("nexthop", out _)).GetProperty("nexthop").GetString()!);
}

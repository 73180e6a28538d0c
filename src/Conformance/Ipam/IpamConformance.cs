using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Ipam;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Ipam;

/// <summary>What every <see cref="IIpam"/> must do. Derive from it in a test project of xunit v3 and say how one is made.</summary>
public abstract partial class IpamConformance : IAsyncLifetime
{
    /// <summary>Eight addresses: the network, the gateway, five or six for endpoints, the broadcast.</summary>
    private static readonly IpPrefix Small = IpPrefix.Parse("10.44.0.0/29");
    private static readonly IpPrefix Other = IpPrefix.Parse("10.55.0.0/29");
    private static readonly IpPrefix Huge = IpPrefix.Parse("fd44::/64");

    private IIpam? _ipam;

    /// <summary>Makes address management that knows no range and has handed nothing out.</summary>
    protected abstract ValueTask<IIpam> CreateAsync();

    /// <summary>How long one call may take before it counts as hanging.</summary>
    protected virtual TimeSpan Patience => TimeSpan.FromSeconds(10);

    /// <summary>Begins a test.</summary>
    public async ValueTask InitializeAsync() => _ipam = await CreateAsync();

    /// <summary>Ends a test.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return default;
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private IIpam Ipam => _ipam ?? throw new InvalidOperationException("The test has not begun.");

    private Deadline Within => new(Patience);

    private Task<IpamResult> AllocateAsync(string owner, AddressFamily family = AddressFamily.InterNetwork) =>
        Within.Of(Ipam.AllocateAsync(owner, family, Stop), "IIpam.AllocateAsync");

    private Task<IpamResult> AllocateAsync(string owner, string address) =>
        Within.Of(Ipam.AllocateAsync(owner, IPAddress.Parse(address), Stop), "IIpam.AllocateAsync");

    private Task ReleaseAsync(string owner) => Within.Of(Ipam.ReleaseAsync(owner, AddressFamily.InterNetwork, Stop), "IIpam.ReleaseAsync");

    /// <summary>The address as text; a refusal breaks the promise.</summary>
    private static string Granted(IpamResult result, Promise promise, string owner) =>
        result.Address?.ToString() ?? throw promise.Broken($"{owner} was refused: {result.Refusal}: {result.Message}");

    private static void Refused(IpamRefusal expected, IpamResult result, Promise promise, string what, string owner)
    {
        promise.Kept(result.Address is null, () => $"{what}: {owner} got {result.Address}.");
        promise.Equal(expected, result.Refusal!.Value, $"{what}: the refusal");
        promise.Kept(result.Message?.Contains(owner, StringComparison.Ordinal) == true, () => $"{what}: the refusal's text does not name its owner {owner}: {Show.One(result.Message)}");
    }

    /// <summary>Gives addresses to owners o0, o1, ... until there are none.</summary>
    private async Task<List<string>> ExhaustAsync(Promise promise, string prefix = "o")
    {
        var given = new List<string>();
        for (var i = 0; i < 16; i++)
        {
            var result = await AllocateAsync($"{prefix}{i}");
            if (result.Address is null)
            {
                Refused(IpamRefusal.PoolExhausted, result, promise, $"after {given.Count} addresses of {Small}", $"{prefix}{i}");
                return given;
            }

            given.Add(result.Address.ToString());
        }

        throw promise.Broken($"{given.Count} addresses were given out of {Small}: {Show.All(given)}.");
    }
}

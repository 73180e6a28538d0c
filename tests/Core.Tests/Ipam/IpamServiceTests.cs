using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Errors;
using Cilium.Framework.Ipam;
using Cilium.Framework.Rows;
using Cilium.Framework.State;

namespace Cilium.Framework.Core.Tests.Ipam;

/// <summary>A backend is asked by one caller at a time, whoever reads meanwhile.</summary>
public sealed class IpamServiceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StateDirectory _state;
    private readonly SlowPool _pool = new();
    private readonly IpamService _ipam;

    public IpamServiceTests()
    {
        _state = StateDirectory.Open(_folder["state"]);
        _ipam = new IpamService(_pool, new(_state, "ipam.json", IpamStateJson.Default.IpamState));
        _ipam.Start([IpPrefix.Parse("10.1.0.0/24")]);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _ipam.Dispose();
        _state.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_is_read_during_a_change_is_what_was_there_before_it()
    {
        await AllocateAsync("first", opened: true);
        var second = AllocateAsync("second", opened: false);

        Assert.Equal("first", Assert.Single(_ipam.List()).Owner);
        Assert.Equal(1, Assert.Single(_ipam.LocalPools()).Used);

        _pool.Open.SetResult();
        await second;
        Assert.Equal(["first", "second"], _ipam.List().Select(lease => lease.Owner));
        Assert.Equal(2, Assert.Single(_ipam.LocalPools()).Used);
    }

    [Fact]
    public async Task What_is_taken_back_is_not_listed_any_more()
    {
        var address = (await AllocateAsync("first", opened: true)).Address!;

        Assert.True(await _ipam.ReleaseAsync(address, Cancelled));
        Assert.Empty(_ipam.List());
        Assert.False(await _ipam.ReleaseAsync(address, Cancelled));
    }

    [Fact]
    public async Task What_cannot_be_written_to_the_disk_is_neither_given_nor_taken_back()
    {
        var address = (await AllocateAsync("first", opened: true)).Address!;
        // A folder in the way stands for a disk that refuses.
        var inTheWay = Directory.CreateDirectory(Path.Combine(_state.Path, "ipam.json.new"));

        var refused = await Assert.ThrowsAsync<CiliumException>(() => AllocateAsync("second", opened: true));
        Assert.StartsWith($"CF1003 state file {Path.Combine(_state.Path, "ipam.json")}: cannot be written (", refused.Message, StringComparison.Ordinal);
        Assert.Equal("first", Assert.Single(_ipam.List()).Owner);
        await Assert.ThrowsAsync<CiliumException>(() => _ipam.ReleaseAsync(address, Cancelled));
        Assert.Equal(("first", address), (Assert.Single(_ipam.List()).Owner, _ipam.List()[0].Address));

        inTheWay.Delete();
        await AllocateAsync("second", opened: true);
        Assert.True(await _ipam.ReleaseAsync(address, Cancelled));
        Assert.Equal("second", Assert.Single(_ipam.List()).Owner);
    }

    private Task<IpamResult> AllocateAsync(string owner, bool opened)
    {
        _pool.Open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (opened)
            _pool.Open.SetResult();
        return _ipam.AllocateAsync(owner, AddressFamily.InterNetwork, Cancelled);
    }

    /// <summary>Refuses to be read while it changes.</summary>
    private sealed class SlowPool : IIpam
    {
        private readonly List<IpamLease> _leases = [];
        private bool _changing;

        public TaskCompletionSource Open { get; set; } = new();

        public void SetPools(IReadOnlyList<IpPrefix> podCidrs)
        {
        }

        public void Restore(IReadOnlyCollection<IpamLease> leases) => _leases.AddRange(leases);

        public async ValueTask<IpamResult> AllocateAsync(string owner, AddressFamily family, CancellationToken cancellationToken)
        {
            _changing = true;
            await Open.Task.WaitAsync(cancellationToken);
            var address = IPAddress.Parse($"10.1.0.{_leases.Count + 2}");
            _leases.Add(new(owner, address));
            _changing = false;
            return IpamResult.Granted(address, IPAddress.Parse("10.1.0.1"));
        }

        public ValueTask<IpamResult> AllocateAsync(string owner, IPAddress address, CancellationToken cancellationToken)
        {
            _leases.Add(new(owner, address));
            return new(IpamResult.Granted(address, IPAddress.Parse("10.1.0.1")));
        }

        public ValueTask ReleaseAsync(string owner, AddressFamily family, CancellationToken cancellationToken)
        {
            _leases.RemoveAll(lease => lease.Owner == owner);
            return default;
        }

        public IReadOnlyList<IpamLease> List() => Read(_leases.ToArray());

        public IReadOnlyList<IpamPool> LocalPools() => Read<IReadOnlyList<IpamPool>>([new(IpPrefix.Parse("10.1.0.0/24"), IPAddress.Parse("10.1.0.1"), 253, _leases.Count)]);

        private T Read<T>(T value) => _changing ? throw new InvalidOperationException("read in the middle of a change") : value;
    }
}

using Cilium.Framework.Endpoints;
using Cilium.Framework.Identities;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;
using Cilium.Framework.State;
using Cilium.Framework.Tables;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Cilium.Framework.Core.Tests.Identities;

/// <summary>Claims over a store in memory that hangs and waits as told.</summary>
public abstract class ClaimsFixture : IAsyncDisposable
{
    private protected static LabelSet Web { get; } = LabelSet.Parse("k8s:app=web");
    private protected static LabelSet Db { get; } = LabelSet.Parse("k8s:app=db");
    private protected static LabelSet Init { get; } = IdentityClaims.Claimed(LabelSet.Empty);

    private readonly TemporaryFolder _folder = new();
    private protected FakeTimeProvider Time { get; } = new();
    private protected JumpingClock Clock { get; }
    private protected FakeStore Store { get; } = new();
    private readonly Numbers _numbers = new();
    private protected InUse InUseHere { get; } = new();
    private protected Table<ushort, EndpointRequest> Requests { get; } = new("endpoint-requests", row => row.Id);
    private protected Table<LabelSet, IdentityClaimRow> Claims { get; } = new("identity-claims", row => row.Labels);
    private readonly CancellationTokenSource _stop = new();
    private protected StateDirectory StateFolder { get; }
    private protected IdentityStateFile IdentityFile { get; }
    private protected Table<NumericIdentity, StoredIdentityRow> Stored { get; } = new("kv-identities", row => row.Id);
    private protected TableSource? Listing { get; private set; }
    private Task _running = Task.CompletedTask;

    protected ClaimsFixture()
    {
        Clock = new(Time);
        StateFolder = StateDirectory.Open(_folder["state"]);
        IdentityFile = new IdentityStateFile(new StateFile<IdentityState>(StateFolder, "identities.json", IdentityStateJson.Default.IdentityState));
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);
        _stop.Dispose();
        StateFolder.Dispose();
        _folder.Dispose();
    }

    private protected void Start(IdentityState? before = null, bool isListed = true)
    {
        if (before is not null)
            IdentityFile.Change(_ => before);
        var allocator = _numbers.Allocator(Store, out var lease, time: Clock);
        var start = new FirstAllocation(Stored, Stored, TimeSpan.Zero, Clock);
        var claims = new IdentityClaims(new ReservedIdentities(new Dictionary<uint, string> { [128] = "kv-store" }), allocator, lease, Stored, start, Requests, InUseHere, Claims, IdentityFile, Clock, NullLogger.Instance);
        claims.Restore(IdentityFile.Load());
        Requests.RegisterSource("state").ListDone();
        Listing = Stored.RegisterSource("kvstore");
        if (isListed)
            Listing.ListDone();
        _running = Task.WhenAll(start.RunAsync(_stop.Token), claims.RunAsync(_stop.Token));
    }

    private protected void Need(ushort id, LabelSet labels) => Requests.Upsert(new EndpointRequest
    {
        Id = id, Device = $"lxc{id}", IfIndex = id, Mac = new(1), HostMac = new(2), Labels = labels, IdentityLabels = labels,
    });

    private protected NumericIdentity? IdOf(LabelSet labels) => Claims[labels]?.Id;

    private protected Task HasNumber(LabelSet labels) => Eventually.TrueAsync(() => IdOf(labels) is not null, $"{labels} has a number; it says: {Claims[labels]?.Error}");

    /// <summary>The part of the store that is about a label set hangs, or all of it.</summary>
    private protected void Hang(string about = "") => Store.Before = (key, ct) => key.Contains(about, StringComparison.Ordinal) ? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct) : Task.CompletedTask;
}

using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Conformance.Faults;
using Cilium.Framework.Conformance.Ipam;
using Cilium.Framework.Conformance.References;
using Cilium.Framework.Ipam;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Tests.Twins;

/// <summary>Address management with one defect each, and what its author is told.</summary>
public sealed class BrokenIpamTests
{
    [Fact]
    public Task One_that_gives_a_new_address_to_whoever_asks_again() => FailsAsync<Forgetful>(
        nameof(IpamConformance.An_owner_that_asks_again_gets_what_it_has),
        "Promise: IIpam.AllocateAsync gives an owner the address that it already has",
        "the address of a second request: \"10.44.0.3\" instead of \"10.44.0.2\".",
        "Look at: look the owner up before a free address is chosen.");

    [Fact]
    public Task One_that_gives_its_gateway_away() => FailsAsync<GatewayGiver>(
        nameof(IpamConformance.No_address_is_given_twice_nor_one_that_is_not_for_endpoints),
        "the gateway 10.44.0.1 of 10.44.0.0/29 was given to an endpoint.");

    [Fact]
    public Task One_that_forgets_what_is_restored() => FailsAsync<RestoresNothing>(
        nameof(IpamConformance.What_was_handed_out_before_a_restart_stays_with_its_owners),
        "the address of a restored owner: \"10.44.0.2\" instead of \"10.44.0.4\".",
        "mark restored addresses as taken before the first allocation.");

    [Fact]
    public Task One_that_gives_a_released_address_out_at_once() => FailsAsync<Hasty>(
        nameof(IpamConformance.A_released_address_waits_until_the_others_are_used_up),
        "10.44.0.2 was given out again at once, with other addresses free.",
        "a new pod must not inherit the connections of the one before.");

    [Fact]
    public Task One_that_confuses_its_refusals() => FailsAsync<Exhausted>(
        nameof(IpamConformance.Without_ranges_both_families_are_disabled),
        "InterNetwork without a range: the refusal: PoolExhausted instead of FamilyDisabled.");

    [Fact]
    public Task One_that_hangs() => SuiteRun.FailsAsync(
        () => new Suite(() => new FaultyIpam(new MemoryIpam(), new FaultPlan(Fault.On(FaultKind.Hangs, nameof(IIpam.AllocateAsync), 2)))),
        nameof(IpamConformance.An_owner_that_asks_again_gets_what_it_has),
        "IIpam.AllocateAsync: every call returns or throws.");

    private static Task FailsAsync<TTwin>(string test, params string[] texts)
        where TTwin : Twin, new() => SuiteRun.FailsAsync(() => new Suite(() => new TTwin()), test, texts);

    private sealed class Suite(Func<IIpam> create) : IpamConformance
    {
        protected override TimeSpan Patience => TimeSpan.FromMilliseconds(700);

        protected override ValueTask<IIpam> CreateAsync() => new(create());
    }

    private class Twin : IIpam
    {
        protected IIpam Inner { get; } = new MemoryIpam();

        public void SetPools(IReadOnlyList<IpPrefix> podCidrs) => Inner.SetPools(podCidrs);

        public virtual void Restore(IReadOnlyCollection<IpamLease> leases) => Inner.Restore(leases);

        public virtual ValueTask<IpamResult> AllocateAsync(string owner, AddressFamily family, CancellationToken cancellationToken) => Inner.AllocateAsync(owner, family, cancellationToken);

        public ValueTask<IpamResult> AllocateAsync(string owner, IPAddress address, CancellationToken cancellationToken) => Inner.AllocateAsync(owner, address, cancellationToken);

        public virtual ValueTask ReleaseAsync(string owner, AddressFamily family, CancellationToken cancellationToken) => Inner.ReleaseAsync(owner, family, cancellationToken);

        public IReadOnlyList<IpamLease> List() => Inner.List();

        public IReadOnlyList<IpamPool> LocalPools() => Inner.LocalPools();
    }

    private sealed class Forgetful : Twin
    {
        private int _calls;

        public override ValueTask<IpamResult> AllocateAsync(string owner, AddressFamily family, CancellationToken cancellationToken) =>
            base.AllocateAsync($"{owner}#{++_calls}", family, cancellationToken);
    }

    private sealed class GatewayGiver : Twin
    {
        private bool _given;

        public override async ValueTask<IpamResult> AllocateAsync(string owner, AddressFamily family, CancellationToken cancellationToken)
        {
            var result = await base.AllocateAsync(owner, family, cancellationToken);
            if (result.Refusal != IpamRefusal.PoolExhausted || _given)
                return result;
            _given = true;
            var gateway = LocalPools()[0].Gateway;
            return IpamResult.Granted(gateway, gateway);
        }
    }

    private sealed class RestoresNothing : Twin
    {
        public override void Restore(IReadOnlyCollection<IpamLease> leases)
        {
        }
    }

    private sealed class Hasty : Twin
    {
        private IPAddress? _last;

        public override async ValueTask ReleaseAsync(string owner, AddressFamily family, CancellationToken cancellationToken)
        {
            _last = List().FirstOrDefault(lease => lease.Owner == owner)?.Address;
            await base.ReleaseAsync(owner, family, cancellationToken);
        }

        public override async ValueTask<IpamResult> AllocateAsync(string owner, AddressFamily family, CancellationToken cancellationToken) =>
            Interlocked.Exchange(ref _last, null) is { } last ? await AllocateAsync(owner, last, cancellationToken) : await base.AllocateAsync(owner, family, cancellationToken);
    }

    private sealed class Exhausted : Twin
    {
        public override async ValueTask<IpamResult> AllocateAsync(string owner, AddressFamily family, CancellationToken cancellationToken) =>
            await base.AllocateAsync(owner, family, cancellationToken) is { Address: null } refused ? IpamResult.Refused(IpamRefusal.PoolExhausted, refused.Message!) : await base.AllocateAsync(owner, family, cancellationToken);
    }
}

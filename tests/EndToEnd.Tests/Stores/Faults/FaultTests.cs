using System.Diagnostics;
using System.Globalization;
using Cilium.Framework.Lab;

namespace Cilium.Framework.EndToEnd.Tests.Stores.Faults;

/// <summary>The store fails in every way while endpoints come and go on all nodes. What was agreed on stays so, whoever waited goes on, and packets do not notice.</summary>
/// <remarks><c>CILIUM_FAULT_SECONDS</c> is how long: then the faults come again and again. Each comes once at least.</remarks>
[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class FaultTests(ThreeMembers store) : IClassFixture<ThreeMembers>, IAsyncLifetime
{
    private const int UsualSeconds = 60;

    /// <summary>Seconds after the store is back within which every node has what the others have.</summary>
    private const int Converged = 10;

    private static readonly TimeSpan Length = TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("CILIUM_FAULT_SECONDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : UsualSeconds);

    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(3), LeaderGone = TimeSpan.FromSeconds(3), MemberHeld = TimeSpan.FromSeconds(10), AllStopped = TimeSpan.FromSeconds(15);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await store.HealAsync(Stop);

    public ValueTask DisposeAsync()
    {
        store.ShowLogsOfFailure();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task While_endpoints_come_and_go_no_fault_of_the_store_mixes_up_numbers_and_packets_do_not_notice()
    {
        (string Name, Func<Task> Happens)[] faults = [("leader killed", KillLeaderAsync), ("member held", HoldMemberAsync), ("all members stopped", StopAllAsync), ("all keys removed", RemoveAllAsync)];
        var began = Stopwatch.GetTimestamp();
        await using var packets = await Undisturbed.StartAsync(Pod("client"), Pod("server"));
        await using var watch = EndpointWatch.Start(store.Nodes);
        await using var churn = EndpointChurn.Start(store.Nodes, $"churn{Environment.ProcessId}");
        await LastsAsync(Calm);
        var control = packets.TakeLongest();

        for (var i = 0; i < faults.Length || Stopwatch.GetElapsedTime(began) < Length; i++)
        {
            var (name, happens) = faults[i % faults.Length];
            Tell($"{Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s: {name}");
            await happens();
            await ConvergesAsync(churn);
            await LastsAsync(Calm);
        }

        Assert.InRange(await churn.StopAsync(), 0.95 * EndpointChurn.PerSecond, EndpointChurn.PerSecond + 1);
        var addresses = await ClusterView.AllSeeEverythingAsync(store.Nodes, Converged);
        await packets.AssertAsync(control);
        var (sightings, stored) = (await watch.StopAsync(), new StoredAllocations(await store.Cluster.Members[0].Api.HistoryAsync(Stop)));
        Tell($"{sightings.DistinctBy(sighting => sighting.Endpoint).Count()} endpoints seen, {stored.LabelSets} label sets");
        NoneOf(stored.Complaints);
        NoneOf(SeenAllocations.Complaints(sightings, stored));
        await ListsAgreeAsync(addresses.Values.Distinct(), stored);
    }

    private LabPod Pod(string name) => store.Nodes[0].Pods.First(pod => pod.Name == name);

    private async Task KillLeaderAsync()
    {
        await (await LeaderAsync()).KillAsync(Stop);
        await LastsAsync(LeaderGone);
        await store.Servers.RunAsync(Stop);
    }

    private async Task HoldMemberAsync()
    {
        store.Cluster.Members[Random.Shared.Next(store.Cluster.Members.Count)].Pause();
        await LastsAsync(MemberHeld);
        await store.Servers.RunAsync(Stop);
    }

    private async Task StopAllAsync()
    {
        await Task.WhenAll(store.Cluster.Members.Select(member => member.StopAsync(Stop)));
        await LastsAsync(AllStopped);
        await store.Servers.RunAsync(Stop);
    }

    private Task RemoveAllAsync() => store.Servers.DeleteAllAsync(Stop);

    private async Task<Lab.Servers.EtcdMember> LeaderAsync()
    {
        var leaders = new List<Lab.Servers.EtcdMember>();
        await Eventually.TrueAsync(
            async () =>
            {
                leaders.Clear();
                foreach (var member in store.Cluster.Members)
                {
                    if (await member.IsLeaderAsync(Stop))
                        leaders.Add(member);
                }

                return leaders.Count == 1;
            },
            "the members have a leader");
        return leaders[0];
    }

    /// <summary>Whoever lives now has a number soon, and every node has its addresses with it, although others come and go.</summary>
    private async Task ConvergesAsync(EndpointChurn churn)
    {
        var (back, living) = (Stopwatch.GetTimestamp(), churn.Addresses);
        await ClusterView.AllHaveAsync(store.Nodes, () => living.Intersect(churn.Addresses).ToHashSet(), Converged);
        Tell($"   converged {Stopwatch.GetElapsedTime(back).TotalSeconds:0.0} s after the store was back");
    }

    private async Task ListsAgreeAsync(IEnumerable<string> numbers, StoredAllocations stored)
    {
        var inUse = numbers.Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToList();
        foreach (var node in store.Nodes)
        {
            var missing = inUse;
            await Eventually.TrueAsync(
                async () =>
                {
                    var known = (await node.Agent.Client.ListIdentitiesAsync(Stop)).ToDictionary(identity => identity.Id, identity => string.Concat(identity.Labels.Select(label => $"{label};")));
                    missing = [.. inUse.Where(number => !known.TryGetValue(number, out var labels) || !stored.WasGiven(labels, number))];
                    return missing.Count == 0;
                },
                () => $"the identity list of {node.Folder} has what is in use as the store has it; missing or other: {string.Join(' ', missing)}",
                Converged);
        }
    }

    /// <summary>A fault, or the time without one, lasts so long: nothing tells its end but the clock.</summary>
    private static Task LastsAsync(TimeSpan time) => Task.Delay(time, TimeProvider.System, Stop);

    /// <summary>All of them are shown, and whole.</summary>
    private static void NoneOf(IReadOnlyList<string> complaints) => Assert.True(complaints.Count == 0, string.Join('\n', complaints));

    private static void Tell(FormattableString text) => TestContext.Current.TestOutputHelper?.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}

using System.Net;
using Cilium.Framework.Endpoints;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;
using Cilium.Framework.State;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Core.Tests.Endpoints;

/// <summary>A node on which every number is taken.</summary>
public sealed class EndpointNumbersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task When_all_numbers_are_taken_the_next_endpoint_is_refused_in_words_and_a_freed_number_is_given_again()
    {
        using var state = StateDirectory.Open(_folder["state"]);
        var file = new StateFile<EndpointsState>(state, "endpoints.json", EndpointsStateJson.Default.EndpointsState);
        file.Write(new EndpointsState(ushort.MaxValue, [.. Enumerable.Range(1, ushort.MaxValue).Select(id => StoredEndpoint.From(Request((ushort)id)))]));
        var table = new Table<ushort, EndpointRequest>("endpoint-requests", row => row.Id);
        var registry = new EndpointRegistry(table, file, LabelFilter.Create([]));
        Assert.Empty(registry.Restore(_ => true));

        var refused = await registry.AddAsync(Next(), TestContext.Current.CancellationToken);
        Assert.Equal((EndpointRefusal.Exhausted, "All 65535 endpoint numbers are taken. Delete endpoints that are gone."), (refused.Refusal, refused.Message));
        Assert.Equal(ushort.MaxValue, table.Count);

        Assert.True(await registry.RemoveAsync(777));
        Assert.Equal(777, (await registry.AddAsync(Next(), TestContext.Current.CancellationToken)).Request!.Id);
    }

    private static EndpointProposal Next() => new(0, "", "", "lxc", 1, new(1), new(2), IPAddress.Parse("172.16.0.1"), null, LabelSet.Parse("k8s:app=web"));

    private static EndpointRequest Request(ushort id)
    {
        var labels = LabelSet.Parse("k8s:app=web");
        return new()
        {
            Id = id, ContainerId = "", ContainerName = "", Device = $"lxc{id}", IfIndex = id + 100, Mac = new MacAddress(1), HostMac = new MacAddress(2),
            IPv4 = new IPAddress((byte[])[10, 0, (byte)(id >> 8), (byte)id]), Labels = labels, IdentityLabels = labels,
        };
    }
}

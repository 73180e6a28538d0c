using System.Net;
using System.Text.Json;
using Cilium.Framework.Endpoints;
using Cilium.Framework.Labels;
using Cilium.Framework.State;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Core.Tests.Endpoints;

public sealed class EndpointRegistryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private StateDirectory _state;
    private Table<ushort, EndpointRequest> _table = null!;
    private EndpointRegistry _registry = null!;

    public EndpointRegistryTests()
    {
        _state = StateDirectory.Open(_folder["state"]);
        Start();
    }

    public void Dispose()
    {
        _state.Dispose();
        _folder.Dispose();
    }

    private void Start()
    {
        _table = new("endpoint-requests", row => row.Id);
        _registry = new(_table, new(_state, "endpoints.json", EndpointsStateJson.Default.EndpointsState), LabelFilter.Create([]));
    }

    private void Restart(Func<EndpointRequest, bool>? stillExists = null)
    {
        _state.Dispose();
        _state = StateDirectory.Open(_folder["state"]);
        Start();
        _registry.Restore(stillExists ?? (_ => true));
    }

    private Task<EndpointResult> AddAsync(int n, ushort id = 0, string? ip = null, string container = "", string? device = null, int? ifIndex = null) =>
        _registry.AddAsync(new(id, container, "", device ?? $"lxc{n}", ifIndex ?? n, new(1), new(2), IPAddress.Parse(ip ?? $"10.0.0.{n}"), null, LabelSet.Parse("k8s:app=web")), TestContext.Current.CancellationToken);

    [Fact]
    public async Task Numbers_are_stable_over_a_restart_and_a_freed_one_is_not_given_again_at_once()
    {
        Assert.Equal((1, 2), ((await AddAsync(1)).Request!.Id, (await AddAsync(2)).Request!.Id));
        Assert.True(await _registry.RemoveAsync(2));
        Restart();
        Assert.Equal([1], _table.Select(request => (int)request.Id));
        Assert.Equal(3, (await AddAsync(3)).Request!.Id);
    }

    [Fact]
    public async Task After_65535_comes_the_first_free_number()
    {
        await AddAsync(1, id: 1);
        Assert.Equal(65535, (await AddAsync(2, id: 65535)).Request!.Id);
        Assert.Equal(2, (await AddAsync(3)).Request!.Id);
    }

    [Theory]
    [InlineData("10.0.0.1", "", null, null, "Address 10.0.0.1 belongs to endpoint 1. Delete that endpoint first, or take another address (POST /ipam).")]
    [InlineData("10.0.0.9", "4f1c", null, null, "Container id 4f1c belongs to endpoint 1. Delete that endpoint first.")]
    [InlineData("10.0.0.9", "", "lxc1", null, "Device lxc1 belongs to endpoint 1. Delete that endpoint first.")]
    [InlineData("10.0.0.9", "", "other", 1, "Device other belongs to endpoint 1. Delete that endpoint first.")]
    public async Task What_belongs_to_another_endpoint_is_refused_and_nothing_changes(string ip, string container, string? device, int? ifIndex, string expected)
    {
        await AddAsync(1, container: "4f1c");
        var refused = await AddAsync(9, ip: ip, container: container, device: device, ifIndex: ifIndex);
        Assert.Equal((EndpointRefusal.Conflict, expected), (refused.Refusal, refused.Message));
        Assert.Single(_table);
        Restart();
        Assert.Single(_table);
    }

    [Fact]
    public async Task A_number_that_is_taken_is_refused()
    {
        await AddAsync(1, id: 7);
        Assert.Equal("Endpoint 7 exists. Delete it first, or let the agent choose a number (0).", (await AddAsync(2, id: 7)).Message);
    }

    [Fact]
    public async Task An_endpoint_whose_device_vanished_is_forgotten_on_the_disk_too()
    {
        await AddAsync(1);
        await AddAsync(2);
        Restart(request => request.Device == "lxc2");
        Assert.Equal([2], _table.Select(request => (int)request.Id));
        Restart();
        Assert.Equal([2], _table.Select(request => (int)request.Id));
    }

    [Fact]
    public async Task Many_at_once_are_all_taken_under_numbers_of_their_own_and_of_two_that_want_the_same_one_is_refused()
    {
        var results = await Task.WhenAll(Enumerable.Range(1, 100).SelectMany(n => new[] { n, n }).Select(n => Task.Run(() => AddAsync(n))));
        Assert.Equal(100, results.Select(result => result.Request?.Id).OfType<ushort>().Distinct().Count());
        Assert.Equal(100, results.Count(result => result.Refusal == EndpointRefusal.Conflict));
        Assert.Equal(100, _table.Count);
        Restart();
        Assert.Equal(100, _table.Count);
    }

    [Fact]
    public async Task What_cannot_be_written_to_the_disk_is_not_taken()
    {
        var inTheWay = Directory.CreateDirectory(Path.Combine(_state.Path, "endpoints.json.new"));
        await Assert.ThrowsAnyAsync<Exception>(() => AddAsync(1));
        Assert.Empty(_table);
        inTheWay.Delete();
        Assert.Equal(1, (await AddAsync(2)).Request!.Id);
        Restart();
        Assert.Equal(["lxc2"], _table.Select(request => request.Device));
    }

    [Fact]
    public async Task What_could_not_be_removed_is_still_on_the_disk_after_the_next_change()
    {
        await AddAsync(1);
        var inTheWay = Directory.CreateDirectory(Path.Combine(_state.Path, "endpoints.json.new"));
        await Assert.ThrowsAnyAsync<Exception>(() => _registry.RemoveAsync(1));
        inTheWay.Delete();
        await AddAsync(2);
        Restart();
        Assert.Equal(["lxc1", "lxc2"], _table.Select(request => request.Device).Order());
    }

    [Fact]
    public async Task The_file_has_a_line_for_each_endpoint_and_reads_as_the_whole_state()
    {
        await AddAsync(2, id: 9);
        await AddAsync(1, id: 3);
        var text = File.ReadAllText(Path.Combine(_state.Path, "endpoints.json"));
        var state = JsonSerializer.Deserialize(text, EndpointsStateJson.Default.EndpointsState)!;
        Assert.Equal((StateFormat.Newest, 3), (state.Format, state.LastId));
        Assert.Equivalent(_table.OrderBy(request => request.Id).Select(StoredEndpoint.From), state.Endpoints, strict: true);
        Assert.Equal([(1, 3), (1, 9)], text.Split('\n').Where(line => line.StartsWith("    {", StringComparison.Ordinal)).Select(line => (line.Split("\"Id\":").Length - 1, int.Parse(line.Split("\"Id\":")[1].Split(',')[0]))));
    }

    [Fact]
    public async Task What_cannot_be_removed_from_the_disk_keeps_its_number_its_device_and_its_address()
    {
        await AddAsync(1);
        var inTheWay = Directory.CreateDirectory(Path.Combine(_state.Path, "endpoints.json.new"));
        await Assert.ThrowsAnyAsync<Exception>(() => _registry.RemoveAsync(1));
        inTheWay.Delete();
        Assert.Equal("Device lxc1 belongs to endpoint 1. Delete that endpoint first.", (await AddAsync(9, device: "lxc1")).Message);
        Assert.Equal("Address 10.0.0.1 belongs to endpoint 1. Delete that endpoint first, or take another address (POST /ipam).", (await AddAsync(9, ip: "10.0.0.1")).Message);
        Assert.True(await _registry.RemoveAsync(1));
    }
}

using System.Net;
using Cilium.Framework.Client;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Traffic;

namespace Cilium.Framework.EndToEnd.Tests;

/// <summary>A disk without room, one that cannot be written, and files that were damaged: the agent says it, the kernel goes on enforcing, and everything works again afterwards.</summary>
[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class DiskTroubleTests
{
    private const int Port = 7000;
    private const string Cure = "What was stored before stands; make room on the disk, and let this user write there.";

    [Theory]
    [InlineData(true, "No space left on device")]
    [InlineData(false, "Read-only file system")]
    public async Task While_nothing_can_be_written_changes_are_refused_in_words_and_what_is_realised_stays(bool full, string why)
    {
        using var disk = new SmallDisk(kilobytes: 2048);
        await using var lab = await TestLab.StartAsync($"state-dir={disk["state"]}");
        var (client, server) = (await lab.PodAsync("client"), await lab.PodAsync("server"));
        await lab.ImportAsync(Policies.ServerAcceptsClient(Port));
        var api = lab.Node.Agent.Client;
        var before = await DescribeAsync(api);
        await using var allowed = await StreamAsync(client, server, Port, expectArrival: true);
        await using var denied = await StreamAsync(client, server, Port + 1, expectArrival: false);

        if (full)
            disk.Fill();
        else
            disk.MakeReadOnly("state");
        foreach (var (file, change) in ((string, Func<Task>)[])[
            ("rules.json", () => api.PutPolicyAsync(Policies.ServerAcceptsClient(Port + 1, "other-rule"), TestLab.Cancelled)),
            ("endpoints.json", () => api.DeleteEndpointAsync($"{client.EndpointId}", TestLab.Cancelled)),
            ("ipam.json", () => api.AllocateAddressAsync("somebody", ct: TestLab.Cancelled))])
        {
            var refused = await Assert.ThrowsAsync<ApiException>(change);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
            Assert.Contains($"CF1003 state file {disk[$"state/{file}"]}: cannot be written ({why}", refused.Message, StringComparison.Ordinal);
            Assert.Contains(Cure, refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, await DescribeAsync(api));
        var (passed, leaked) = (await allowed.StopAsync(), denied.SoFar);
        Assert.Equal((0, 0, 0), (passed.Lost, passed.SocketDrops, leaked.Received));

        if (full)
            disk.Free();
        else
            disk.MakeWritable("state");
        await lab.ImportAsync(Policies.ServerAcceptsClient(Port + 1));
        await denied.WaitForArrivalAsync(TestLab.Cancelled);
        await lab.PodAsync("client");
    }

    [Fact]
    public async Task An_agent_that_starts_without_room_says_so_and_is_well_when_there_is_room()
    {
        using var disk = new SmallDisk(kilobytes: 2048);
        await using var lab = await TestLab.StartAsync($"state-dir={disk["state"]}");
        var (client, server) = (await lab.PodAsync("client"), await lab.PodAsync("server"));
        await lab.ImportAsync(Policies.ServerAcceptsClient(Port));
        await using var denied = await StreamAsync(client, server, Port + 1, expectArrival: false);
        await using var allowed = await StreamAsync(client, server, Port, expectArrival: true);
        await lab.Node.Agent.KillAsync(TestLab.Cancelled);
        disk.Fill();

        var refused = await Assert.ThrowsAsync<LabException>(() => lab.Node.StartAgentAsync(TestLab.Cancelled));
        Assert.Contains($"kvstore embedded: {disk["state/kvstore.db"]} cannot grow: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Make room on its file system.", refused.Message, StringComparison.Ordinal);

        disk.Free();
        await lab.Node.StartAgentAsync(TestLab.Cancelled);
        var passed = await allowed.StopAsync();
        Assert.Equal((0, 0, 0), (passed.Lost, passed.SocketDrops, denied.SoFar.Received));
        await lab.ImportAsync(Policies.ServerAcceptsClient(Port + 1));
        await denied.WaitForArrivalAsync(TestLab.Cancelled);
    }

    [Fact]
    public async Task An_agent_with_a_damaged_file_does_not_start_and_opens_nothing()
    {
        await using var lab = await TestLab.StartAsync();
        var (client, server) = (await lab.PodAsync("client"), await lab.PodAsync("server"));
        await lab.ImportAsync(Policies.ServerAcceptsClient(Port));
        await using var denied = await StreamAsync(client, server, Port + 1, expectArrival: false);
        await using var allowed = await StreamAsync(client, server, Port, expectArrival: true);
        await lab.Node.Agent.KillAsync(TestLab.Cancelled);
        var state = Path.Combine(lab.Node.Folder, "state");

        // One way each; every way for every file: DamagedStateTests of the agent.
        await RefusesAsync(lab, "rules.json", content => content[..(content.Length / 2)], "is damaged, or was written by another version: line ");
        await RefusesAsync(lab, "endpoints.json", _ => [], "is damaged, or was written by another version: line 1, ");
        await RefusesAsync(lab, "identities.json", content => [.. "{\"Format\":99,"u8, .. content[1..]], "has format 99; this version reads formats up to 1. A newer version wrote it.", "CF1005 state file", "Start that version again, or move the file away to start without it.");
        await RefusesAsync(lab, "ipam.json", content => new byte[content.Length], "is damaged, or was written by another version: line 1, ");
        await RefusesAsync(lab, "kvstore.db", content => [.. "no database"u8, .. content[11..]], "is not an intact database: ", "CF1209 plugin kvstore.embedded", "Restore it from a backup or move it away; the agent then starts with an empty store.");

        await lab.Node.StartAgentAsync(TestLab.Cancelled);
        var passed = await allowed.StopAsync();
        Assert.Equal((0, 0, 0), (passed.Lost, passed.SocketDrops, denied.SoFar.Received));
        Assert.True(File.Exists(Path.Combine(state, "rules.json")));
    }

    private static async Task RefusesAsync(
        TestLab lab, string name, Func<byte[], byte[]> damage, string why, string id = "CF1004 state file", string cure = "Nothing was changed. Restore it from a backup, or move it away to start without it.")
    {
        var file = Path.Combine(lab.Node.Folder, "state", name);
        var good = await File.ReadAllBytesAsync(file, TestLab.Cancelled);
        var bad = damage(good);
        await File.WriteAllBytesAsync(file, bad, TestLab.Cancelled);
        var refused = await Assert.ThrowsAsync<LabException>(() => lab.Node.StartAgentAsync(TestLab.Cancelled));
        foreach (var expected in (string[])["The agent ended with status 1.", id, file, why, cure])
            Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.Equal(bad, await File.ReadAllBytesAsync(file, TestLab.Cancelled));
        await File.WriteAllBytesAsync(file, good, TestLab.Cancelled);
    }

    /// <summary>Every datagram is a flow of its own: no connection answers for it.</summary>
    private static Task<DatagramStream> StreamAsync(LabPod client, LabPod server, int port, bool expectArrival) =>
        DatagramStream.StartAsync(client.Namespace, server.Namespace, server.IPv4, port, TimeSpan.FromMilliseconds(1), expectArrival, TestLab.Cancelled, freshPorts: true);

    private static async Task<string> DescribeAsync(CiliumClient api)
    {
        var leases = (await api.GetTableAsync("ipam", TestLab.Cancelled)).Rows.Select(row => string.Join(' ', row));
        var endpoints = (await api.ListEndpointsAsync(TestLab.Cancelled)).Select(endpoint => $"{endpoint.Id} {endpoint.Status.State} at {endpoint.Status.Policy.PolicyRevision}");
        return string.Join('\n', [.. leases, .. endpoints, $"revision {(await api.GetStatusAsync(TestLab.Cancelled)).PolicyRevision}"]);
    }
}

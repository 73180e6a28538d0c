using System.Diagnostics;
using System.Text.Json;
using Cilium.Framework.IpCache;
using Cilium.Framework.Kvstore.Bench.Raw;

namespace Cilium.Framework.Kvstore.Bench.Listing;

/// <summary>One list in a process of its own, so that the garbage of one does not count for another.</summary>
internal static class ListProcess
{
    /// <summary>So often is a short list rehearsed: what is compiled anew while it runs is compiled by then.</summary>
    private const int Rehearsals = 20;

    /// <summary>What etcd's plugin asks for at once; the raw list asks for the same.</summary>
    private const int PageKeys = 100_000;

    /// <summary>Starts the process.</summary>
    public static async Task<Listed> StartAsync(string way, Uri server)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [$"--list-{way}", server.AbsoluteUri]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize(said, ReportJson.Default.Listed)!
            : throw new InvalidOperationException($"The process that lists ended with status {process.ExitCode}.");
    }

    /// <summary>What the process does.</summary>
    public static async Task RunAsync(string way, Uri server)
    {
        var listed = way == "ours" ? await OursAsync(server) : await RawAsync(server);
        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(listed, ReportJson.Default.Listed));
    }

    private static async Task<Listed> OursAsync(Uri server)
    {
        await using var store = await Servers.OpenEtcdAsync(server);
        for (var i = 0; i < Rehearsals; i++)
            await (await ReflectedAddresses.StartAsync(store, Addresses.RehearsalFolder)).DisposeAsync();
        var before = Memory.Settled();
        var started = Stopwatch.GetTimestamp();
        await using var addresses = await ReflectedAddresses.StartAsync(store, StoredIpRow.Folder);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var after = Memory.Settled();
        Check(addresses.Table.Count);
        return new(seconds, after.Resident - before.Resident, after.Managed - before.Managed);
    }

    private static async Task<Listed> RawAsync(Uri server)
    {
        using var raw = new RawEtcd(server);
        for (var i = 0; i < Rehearsals; i++)
            await raw.ListAsync(Addresses.RehearsalFolder, PageKeys);
        var before = Memory.Settled();
        var started = Stopwatch.GetTimestamp();
        Check(await raw.ListAsync(StoredIpRow.Folder, PageKeys));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var after = Memory.Settled();
        return new(seconds, after.Resident - before.Resident, after.Managed - before.Managed);
    }

    private static void Check(int count)
    {
        if (count != Addresses.Count)
            throw new InvalidOperationException($"{count} addresses were listed instead of {Addresses.Count}.");
    }
}

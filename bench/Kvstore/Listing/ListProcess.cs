using System.Diagnostics;
using System.Runtime;
using System.Text.Json;
using Cilium.Framework.IpCache;
using Cilium.Framework.Kvstore.Bench.Raw;
using Cilium.Framework.Kvstore.Etcd.Calls;

namespace Cilium.Framework.Kvstore.Bench.Listing;

/// <summary>One list in a process of its own, so that the garbage of one does not count for another.</summary>
internal static class ListProcess
{
    /// <summary>A short list is rehearsed until the compiler had nothing to do for so many of them: the published agent is compiled ahead.</summary>
    private const int QuietRehearsals = 5, MostRehearsals = 100;

    /// <summary>The runtime compiles a method better some 100 ms after it was called often (DOTNET_TC_CallCountingDelayMs).</summary>
    private static readonly TimeSpan CompilerDelay = TimeSpan.FromMilliseconds(150);

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
        await RehearseAsync(async () => await (await ReflectedAddresses.StartAsync(store, Addresses.RehearsalFolder)).DisposeAsync());
        ReflectedAddresses? addresses = null;
        var listed = await MeasureAsync(async () => (addresses = await ReflectedAddresses.StartAsync(store, StoredIpRow.Folder)).Table.Count);
        await addresses!.DisposeAsync();
        return listed;
    }

    private static async Task<Listed> RawAsync(Uri server)
    {
        using var raw = new RawEtcd(server);
        await RehearseAsync(() => raw.ListAsync(Addresses.RehearsalFolder, EtcdPages.PageKeys));
        return await MeasureAsync(() => raw.ListAsync(StoredIpRow.Folder, EtcdPages.PageKeys));
    }

    private static async Task RehearseAsync(Func<Task> listAsync)
    {
        var (compiled, quiet) = (0L, 0);
        for (var i = 0; i < MostRehearsals && quiet < QuietRehearsals; i++)
        {
            await listAsync();
            await Task.Delay(CompilerDelay, TimeProvider.System);
            var now = JitInfo.GetCompiledMethodCount();
            (compiled, quiet) = (now, now == compiled ? quiet + 1 : 0);
        }
    }

    private static async Task<Listed> MeasureAsync(Func<Task<int>> listAsync)
    {
        var before = Memory.Settled();
        var (started, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var count = await listAsync();
        var (seconds, processor) = (Stopwatch.GetElapsedTime(started).TotalSeconds, (Environment.CpuUsage.TotalTime - used).TotalSeconds);
        var after = Memory.Settled();
        return count == Addresses.Count
            ? new(seconds, processor, after.Resident - before.Resident, after.Managed - before.Managed)
            : throw new InvalidOperationException($"{count} addresses were listed instead of {Addresses.Count}.");
    }
}

using System.Text.Json;
using Cilium.Framework.Kvstore.Bench;
using Cilium.Framework.Kvstore.Bench.Allocating;
using Cilium.Framework.Kvstore.Bench.Listing;
using Cilium.Framework.Kvstore.Bench.Raw;
using Cilium.Framework.Kvstore.Bench.Watching;
using Cilium.Framework.Lab.Servers;
using static Cilium.Framework.Kvstore.Bench.Figures;

// The stores through the agent's own parts, beside the raw figures of the same servers. Options: --json, --rounds N, --seconds N (of the watch), --only allocate,list,watch.
const int EtcdSets = 3_000, ConsulSets = 500;
var options = Options.Parse(args);
if (options.List is { } list)
{
    await ListProcess.RunAsync(list.Way, list.Server);
    return;
}

var report = new Report();
var folder = Directory.CreateTempSubdirectory("cilium-bench-").FullName;
try
{
    using var etcd = await EtcdCluster.StartAsync(folder, new(), default);
    var server = etcd.Members[0].ClientUrl;
    using var rawEtcd = new RawEtcd(server);
    if (options.Wants("allocate"))
    {
        report.Allocate = [];
        await using (var store = await Servers.OpenEtcdAsync(server))
            report.Allocate["etcd"] = await Rounds.MeasureAsync("etcd", store, rawEtcd.PutAsync, options.Rounds, EtcdSets);
        if (await AllocateConsulAsync() is { } figures)
            report.Allocate["consul"] = figures;
    }

    if (options.Wants("list") || options.Wants("watch"))
        await Addresses.WriteAsync(rawEtcd);
    if (options.Wants("list"))
        report.List = new() { ["etcd"] = await Lists.MeasureAsync(server, options.Rounds) };
    if (options.Wants("watch"))
        report.Watch = new() { ["etcd"] = await Updates.MeasureAsync(server, options.Seconds) };
}
finally
{
    Directory.Delete(folder, recursive: true);
}

await Console.Out.WriteLineAsync(options.Json ? JsonSerializer.Serialize(report, ReportJson.Default.Report) : report.ToTable());

async Task<AllocateFigures?> AllocateConsulAsync()
{
    using var consul = await Servers.StartConsulAsync(folder);
    if (consul is null)
    {
        Tell($"allocate, consul: left out, there is no server below artifacts/servers/consul (eng/consul.sh)");
        return null;
    }

    using var raw = new RawConsul(consul.Addresses[0]);
    await using var store = await Servers.OpenConsulAsync(consul.Addresses[0]);
    return await Rounds.MeasureAsync("consul", store, raw.PutAsync, options.Rounds, ConsulSets);
}

using System.Globalization;
using System.Text.Json;
using Cilium.Framework.Fuzz;
using Cilium.Framework.Fuzz.Agents;
using Cilium.Framework.Fuzz.Packets;

// Feeds damaged policies, requests and packets to the real agent, the simulator and the real programs. Options: --seconds N, --seed N, --json.
var seconds = Number("--seconds", 600);
var seed = Number("--seed", Environment.ProcessId);
var corpus = new Corpus(Environment.GetEnvironmentVariable("CILIUM_FUZZ_CORPUS") ?? throw new InvalidOperationException("CILIUM_FUZZ_CORPUS is not set: run ./bench.sh fuzz"));
var layout = Environment.GetEnvironmentVariable("CILIUM_FUZZ_LAYOUT") ?? throw new InvalidOperationException("CILIUM_FUZZ_LAYOUT is not set: run ./bench.sh fuzz");
var share = TimeSpan.FromSeconds(seconds / 3.0);

var results = new List<FuzzResult>();
using var canary = new Canary();
using (var agent = await FuzzedAgent.StartAsync(layout))
{
    await HangProof.ShowAsync(agent, canary);
    results.Add(await new PolicyFuzz(agent, corpus, new Mutator(seed), canary).RunAsync(share));
    results.Add(await new RequestFuzz(agent, corpus, new Mutator(seed + 1), canary).RunAsync(share));
}

results.Add(PacketFuzz.Run(corpus, new Mutator(seed + 2), canary, share));
await Console.Out.WriteLineAsync(args.Contains("--json") ? JsonSerializer.Serialize(results, FuzzJson.Default.IReadOnlyListFuzzResult) : FuzzResult.Table(results, seed));
return results.Sum(result => result.Findings.Count) == 0 ? 0 : 1;

int Number(string option, int usual) => Array.IndexOf(args, option) is >= 0 and var at ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : usual;

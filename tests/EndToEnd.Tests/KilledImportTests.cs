using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Cilium.Framework.Client;

namespace Cilium.Framework.EndToEnd.Tests;

/// <summary>kill -9 at any moment of an import: afterwards the agent has all of it or nothing of it, in its file and in its answers.</summary>
[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class KilledImportTests
{
    private const int Rules = 1_000, Moments = 8;

    [Fact]
    public async Task An_import_is_there_as_a_whole_or_not_at_all()
    {
        await using var lab = await TestLab.StartAsync();
        await lab.PodAsync("web");
        await lab.ImportAsync(Document(0));
        var began = Stopwatch.GetTimestamp();
        await lab.Node.Agent.Client.PutPolicyAsync(Document(1), TestLab.Cancelled);
        var takes = Stopwatch.GetElapsedTime(began);

        var held = 1;
        for (var moment = 0; moment <= Moments; moment++)
        {
            var (before, wanted) = (held, moment + 2);
            var importing = lab.Node.Agent.Client.PutPolicyAsync(Document(wanted), TestLab.Cancelled);
            await Task.Delay(takes * moment / (Moments - 1), TimeProvider.System, TestLab.Cancelled);
            await lab.Node.Agent.KillAsync(TestLab.Cancelled);
            var promised = await PromisedAsync(importing);

            // What is on the disk is a whole document before anybody has read it back.
            using (JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(lab.Node.Folder, "state", "rules.json"), TestLab.Cancelled)))
                await lab.Node.StartAgentAsync(TestLab.Cancelled);
            var versions = await VersionsAsync(lab.Node.Agent.Client);
            Assert.Equal(Rules, versions.Count);
            held = Assert.Single(versions.Distinct());
            Assert.Contains(held, promised ? (int[])[wanted] : [before, wanted]);
        }

        await lab.ImportAsync(Document(99));
        Assert.Equal([99], (await VersionsAsync(lab.Node.Agent.Client)).Distinct());
    }

    /// <returns>True when the import was acknowledged: then it may not be lost.</returns>
    private static async Task<bool> PromisedAsync(Task importing)
    {
        try
        {
            await importing;
            return true;
        }
        catch (ApiException)
        {
            return false;
        }
    }

    private static async Task<IReadOnlyList<int>> VersionsAsync(CiliumClient client)
    {
        using var rules = JsonDocument.Parse((await client.GetPolicyAsync([], TestLab.Cancelled)).Rules);
        return [.. rules.RootElement.EnumerateArray().Select(rule => int.Parse(rule.GetProperty("description").GetString()!, CultureInfo.InvariantCulture))];
    }

    private static string Document(int version) => string.Create(CultureInfo.InvariantCulture, $$"""
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: many}
        specs:
        {{string.Join('\n', Enumerable.Range(0, Rules).Select(rule => $"- {{description: \"{version}\", endpointSelector: {{matchLabels: {{app: web}}}}, ingress: [{{fromEndpoints: [{{matchLabels: {{n: \"{rule}\"}}}}]}}]}}"))}}
        """);
}

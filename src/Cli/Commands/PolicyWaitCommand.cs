using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using Cilium.Framework.Client;

namespace Cilium.Framework.Cli.Commands;

/// <summary><c>cilium policy wait REVISION</c>.</summary>
internal static class PolicyWaitCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static Command Create()
    {
        var revision = new Argument<long>("revision") { Description = "As import, get and delete print it." };
        revision.Validators.Add(result => RefuseNegative(result, "a revision"));
        var seconds = new Option<int>("--max-wait-time") { Description = "Give up after this many seconds.", DefaultValueFactory = _ => 360 };
        seconds.Validators.Add(result => RefuseNegative(result, "a number of seconds"));
        var command = new Command("wait", "Waits until the rules have reached a revision and every endpoint enforces it.") { revision, seconds };
        command.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            await WaitAsync(client, parsed.GetRequiredValue(revision), TimeSpan.FromSeconds(parsed.GetValue(seconds)), ct);
        });
        return command;
    }

    private static void RefuseNegative(SymbolResult result, string what)
    {
        foreach (var token in result.Tokens.Where(token => token.Value.StartsWith('-')))
            result.AddError($"'{token.Value}' is not {what}: it is negative.");
    }

    private static async Task WaitAsync(CiliumClient client, long revision, TimeSpan limit, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        while (await MissingAsync(client, revision, ct) is { } missing)
        {
            if (Stopwatch.GetElapsedTime(started) >= limit)
                throw new CommandException($"policy wait: after {limit.TotalSeconds} s {missing}.");
            // The API has no way to be told of a revision; asking now and then is what waiting means here.
            await Task.Delay(Pause, TimeProvider.System, ct);
        }
    }

    /// <summary>What is still behind, in words; null: nothing.</summary>
    private static async Task<string?> MissingAsync(CiliumClient client, long revision, CancellationToken ct)
    {
        var reached = (await client.GetStatusAsync(ct)).PolicyRevision;
        var behind = (await client.ListEndpointsAsync(ct)).Where(endpoint => endpoint.Status.Policy.PolicyRevision < revision).Select(endpoint => endpoint.Id).ToList();
        if (reached >= revision && behind.Count == 0)
            return null;
        var endpoints = behind.Count == 0 ? "" : $"these endpoints do not enforce revision {revision}: {string.Join(", ", behind)}. See cilium endpoint get";
        if (reached >= revision)
            return endpoints;
        return $"the rules are at revision {reached}, and nobody has imported {revision}{(behind.Count == 0 ? "" : "; " + endpoints)}";
    }
}

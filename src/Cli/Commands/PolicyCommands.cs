using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Cilium.Framework.Client;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Cli.Commands;

/// <summary><c>cilium policy import|get|delete|wait|validate</c>.</summary>
internal static class PolicyCommands
{
    public static Command Create() => new("policy", "Rules.") { Import(), Get(), Delete(), Wait(), Validate() };

    private static Argument<string> File() => new("file") { Description = "YAML or JSON; - for standard input." };

    private static Command Import()
    {
        var file = File();
        var command = new Command("import", "Adds the rules of a document; a policy of the same namespace and name is replaced.") { file };
        command.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            await WriteRevisionAsync(await client.PutPolicyAsync(await ReadAsync(parsed.GetRequiredValue(file), ct), ct));
        });
        return command;
    }

    private static Command Get()
    {
        var labels = new Argument<string[]>("labels") { Description = "Only rules that carry all of these labels." };
        var command = new Command("get", "Shows rules as JSON, and the revision.") { labels };
        command.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            var policy = await client.GetPolicyAsync(parsed.GetValue(labels) ?? [], ct);
            await Console.Out.WriteLineAsync(policy.Rules);
            await WriteRevisionAsync(policy);
        });
        return command;
    }

    private static Command Delete()
    {
        var labels = new Argument<string[]>("labels") { Description = "Rules that carry all of these labels." };
        var all = new Option<bool>("--all") { Description = "All rules." };
        var command = new Command("delete", "Deletes rules by their labels.") { labels, all };
        command.SetAction(async (parsed, ct) =>
        {
            var wanted = parsed.GetValue(labels) ?? [];
            if (wanted.Length == 0 && !parsed.GetValue(all))
                throw new CommandException("policy delete: no labels given. Name the rules' labels, or give --all to delete every rule.");
            if (wanted.Length > 0 && parsed.GetValue(all))
                throw new CommandException("policy delete: labels and --all exclude each other.");
            using var client = Globals.Connect(parsed);
            await WriteRevisionAsync(await client.DeletePolicyAsync(wanted, ct));
        });
        return command;
    }

    private static Command Wait()
    {
        var revision = new Argument<long>("revision") { Description = "As import, get and delete print it." };
        var seconds = new Option<int>("--max-wait-time") { Description = "Give up after this many seconds.", DefaultValueFactory = _ => 360 };
        var command = new Command("wait", "Waits until every endpoint enforces a revision.") { revision, seconds };
        command.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            await WaitAsync(client, parsed.GetRequiredValue(revision), TimeSpan.FromSeconds(parsed.GetValue(seconds)), ct);
        });
        return command;
    }

    private static Command Validate()
    {
        var file = File();
        var command = new Command("validate", "Checks a document without an agent and changes nothing.") { file };
        command.SetAction((parsed, ct) => Offline.RunAsync(parsed, ["policy", "validate", parsed.GetRequiredValue(file)], ct));
        return command;
    }

    private static async Task WaitAsync(CiliumClient client, long revision, TimeSpan limit, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var behind = (await client.ListEndpointsAsync(ct)).Where(endpoint => endpoint.Status.Policy.PolicyRevision < revision).ToList();
            if (behind.Count == 0)
                return;
            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                var numbers = string.Join(", ", behind.Select(endpoint => endpoint.Id));
                throw new CommandException($"policy wait: after {limit.TotalSeconds} s these endpoints do not enforce revision {revision}: {numbers}. See cilium endpoint get.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, ct);
        }
    }

    private static Task WriteRevisionAsync(Policy policy) => Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Revision: {policy.Revision}"));

    private static async Task<string> ReadAsync(string file, CancellationToken ct)
    {
        if (file == "-")
            return await Console.In.ReadToEndAsync(ct);
        try
        {
            return await System.IO.File.ReadAllTextAsync(file, ct);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{file}: {exception.Message}");
        }
    }
}

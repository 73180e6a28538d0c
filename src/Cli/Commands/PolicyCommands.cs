using System.CommandLine;
using System.Globalization;
using Cilium.Framework.Cli.Output;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Cli.Commands;

/// <summary><c>cilium policy import|get|delete|wait|validate</c>.</summary>
internal static class PolicyCommands
{
    public static Command Create() => new("policy", "Rules.") { Import(), Get(), Delete(), PolicyWaitCommand.Create(), Validate() };

    private static Argument<string> File() => Globals.WithoutDashes(new Argument<string>("file") { Description = "YAML or JSON; - for standard input." });

    private static Command Import()
    {
        var (file, output) = (File(), Globals.Output());
        var command = new Command("import", "Adds the rules of a document; a policy of the same namespace and name is replaced.") { file, output };
        command.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            await WriteChangeAsync(await client.PutPolicyAsync(await DocumentFile.ReadAsync(parsed.GetRequiredValue(file), ct), ct), parsed.GetValue(output));
        });
        return command;
    }

    private static Command Get()
    {
        var output = Globals.Output();
        var labels = Globals.WithoutDashes(new Argument<string[]>("labels") { Description = "Only rules that carry all of these labels." });
        var command = new Command("get", "Shows rules as JSON, and the revision; -o json: both in one document.") { labels, output };
        command.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            var policy = await client.GetPolicyAsync(parsed.GetValue(labels) ?? [], ct);
            if (parsed.GetValue(output) != "json")
                await Console.Out.WriteLineAsync(policy.Rules);
            await WriteChangeAsync(policy, parsed.GetValue(output));
        });
        return command;
    }

    private static Command Delete()
    {
        var output = Globals.Output();
        var labels = Globals.WithoutDashes(new Argument<string[]>("labels") { Description = "Rules that carry all of these labels." });
        var all = new Option<bool>("--all") { Description = "All rules." };
        var command = new Command("delete", "Deletes rules by their labels.") { labels, all, output };
        command.SetAction(async (parsed, ct) =>
        {
            var wanted = parsed.GetValue(labels) ?? [];
            if (wanted.Length == 0 && !parsed.GetValue(all))
                throw new CommandException("policy delete: no labels given. Name the rules' labels, or give --all to delete every rule.");
            if (wanted.Length > 0 && parsed.GetValue(all))
                throw new CommandException("policy delete: labels and --all exclude each other.");
            using var client = Globals.Connect(parsed);
            var left = wanted.Length == 0 ? await client.DeleteAllPoliciesAsync(ct) : await client.DeletePolicyAsync(wanted, ct);
            await WriteChangeAsync(left, parsed.GetValue(output));
        });
        return command;
    }

    private static Command Validate()
    {
        var file = File();
        var command = new Command("validate", "Checks a document without an agent and changes nothing.") { file };
        command.SetAction((parsed, ct) => Offline.RunAsync(["policy", "validate", parsed.GetRequiredValue(file)], ct));
        return command;
    }

    private static Task WriteChangeAsync(Policy policy, string? output) => output == "json"
        ? JsonOutput.WriteAsync(policy)
        : Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Revision: {policy.Revision}"));
}

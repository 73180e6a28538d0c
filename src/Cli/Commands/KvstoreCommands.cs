using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Cilium.Framework.Cli.Output;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Cli.Commands;

/// <summary><c>cilium kvstore get|set|delete|watch</c>, through the agent.</summary>
internal static class KvstoreCommands
{
    private const string Owned = "A key that an agent keeps is written again by it.";

    public static Command Create() => new("kvstore", "What the nodes share in the store.") { Get(), Set(), Delete(), Watch() };

    private static Argument<string> Key() => Globals.WithoutDashes(new Argument<string>("key") { Description = "Without a leading slash, such as cilium/state/nodes/v1/default/NODE." });

    private static Command Get()
    {
        var (key, output) = (Key(), Globals.Output());
        var recursive = new Option<bool>("--recursive") { Description = "All keys that start with KEY; \"\" for everything." };
        var command = new Command("get", "Prints keys and their values. A value that is no text is shown as (base64) and its base64.") { key, recursive, output };
        command.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            var asked = parsed.GetRequiredValue(key);
            var entries = parsed.GetValue(recursive) ? await client.ListKeysAsync(asked, ct) : await client.GetKeyAsync(asked, ct);
            if (parsed.GetValue(output) == "json")
                await JsonOutput.WriteAsync(entries);
            else
                await WriteAsync(entries.Select(entry => KeyText.Pair(entry.Key, entry.Value, entry.ValueBase64)));
        });
        return command;
    }

    private static Command Set()
    {
        var key = Key();
        var value = new Option<string>("--value") { Description = "The value, as text.", Required = true };
        var command = new Command("set", $"Creates or replaces a key; it belongs to nobody and stays until it is deleted. {Owned}") { key, value };
        command.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            await client.SetKeyAsync(parsed.GetRequiredValue(key), parsed.GetRequiredValue(value), ct);
        });
        return command;
    }

    private static Command Delete()
    {
        var key = Key();
        var recursive = new Option<bool>("--recursive") { Description = "All keys that start with KEY. End it with / to mean a folder." };
        var command = new Command("delete", $"Removes keys. {Owned}") { key, recursive };
        command.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            var removed = (await client.DeleteKeyAsync(parsed.GetRequiredValue(key), parsed.GetValue(recursive), ct)).Keys;
            if (parsed.GetValue(recursive))
                await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{removed} keys"));
        });
        return command;
    }

    private static Command Watch()
    {
        var prefix = Globals.WithoutDashes(new Argument<string>("prefix") { Description = "Keys that start with it; \"\" for everything." });
        var output = Globals.Output();
        var command = new Command("watch", "Prints what is there and then what changes, one line each, until it is interrupted.") { prefix, output };
        command.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            var isJson = parsed.GetValue(output) == "json";
            await foreach (var seen in client.WatchKeysAsync(parsed.GetRequiredValue(prefix), ct))
                await Console.Out.WriteLineAsync(isJson ? JsonSerializer.Serialize(seen, ApiJson.Plain.KvstoreEvent) : Line(seen));
        });
        return command;
    }

    private static string Line(KvstoreEvent seen) => seen.Kind switch
    {
        "listed" => "listed",
        "deleted" => $"deleted {KeyText.Of(seen.Key)}",
        var kind => $"{kind} {KeyText.Pair(seen.Key, seen.Value, seen.ValueBase64)}",
    };

    private static async Task WriteAsync(IEnumerable<string> lines)
    {
        foreach (var line in lines)
            await Console.Out.WriteLineAsync(line);
    }
}

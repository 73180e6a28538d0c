using System.CommandLine;
using System.Globalization;
using Cilium.Framework.Cli.Output;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Cli.Commands;

/// <summary><c>cilium identity list|get</c>.</summary>
internal static class IdentityCommands
{
    public static Command Create() => new("identity", "Numbers and the labels they stand for.") { List(), Get() };

    private static Command List()
    {
        var output = Globals.Output();
        var command = new Command("list", "Lists identities.") { output };
        command.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            await WriteAsync(await client.ListIdentitiesAsync(ct), parsed.GetValue(output));
        });
        return command;
    }

    private static Command Get()
    {
        var output = Globals.Output();
        var id = Globals.WithoutDashes(new Argument<string>("id") { Description = "The number." });
        var command = new Command("get", "Shows the labels of a number.") { id, output };
        command.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            await WriteAsync([await client.GetIdentityAsync(parsed.GetRequiredValue(id), ct)], parsed.GetValue(output));
        });
        return command;
    }

    private static async Task WriteAsync(IReadOnlyList<Identity> identities, string? output)
    {
        if (output == "json")
            await JsonOutput.WriteAsync(identities);
        else
            TextTable.Write(["Id", "Labels"], identities.SelectMany(Rows));
    }

    private static IEnumerable<string[]> Rows(Identity identity)
    {
        yield return [identity.Id.ToString(CultureInfo.InvariantCulture), identity.Labels.FirstOrDefault() ?? ""];
        foreach (var label in identity.Labels.Skip(1))
            yield return ["", label];
    }
}

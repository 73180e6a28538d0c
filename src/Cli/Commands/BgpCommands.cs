using System.CommandLine;
using System.Globalization;
using Cilium.Framework.Cli.Output;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Cli.Commands;

/// <summary><c>cilium bgp peers|routes|advertise|withdraw</c>.</summary>
internal static class BgpCommands
{
    public static Command Create() => new("bgp", "The routing daemon beside this node.") { Peers(), Routes(), Advertise(), Withdraw() };

    private static Argument<string> Prefix() => Globals.WithoutDashes(new Argument<string>("prefix") { Description = "Such as 10.0.0.0/24 or fd00::/64." });

    private static Command Peers()
    {
        var output = Globals.Output();
        var command = new Command("peers", "Shows the daemon and lists its peers.") { output };
        command.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            var answer = await client.ListBgpPeersAsync(ct);
            if (parsed.GetValue(output) == "json")
                await JsonOutput.WriteAsync(answer);
            else
                Write(answer);
            if (!answer.Speaker.Reachable)
                throw new CommandException($"bgp peers: the routing daemon on {answer.Speaker.Endpoint} cannot be spoken with, so that its peers are not known.");
        });
        return command;
    }

    private static Command Routes()
    {
        var output = Globals.Output();
        var command = new Command("routes", "Lists the routes that the daemon knows.") { output };
        command.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            var routes = await client.ListBgpRoutesAsync(ct);
            if (parsed.GetValue(output) == "json")
                await JsonOutput.WriteAsync(routes);
            else
                TextTable.Write(["Prefix", "Next Hop", "From", "AS Path", "Best"], routes.Select(route => (string[])[route.Prefix, route.NextHop, route.From ?? "this node", route.AsPath.Length == 0 ? "-" : route.AsPath, route.Best ? "yes" : "no"]));
        });
        return command;
    }

    private static Command Advertise()
    {
        var prefix = Prefix();
        var isDefaultMeant = new Option<bool>("--default-route") { Description = "PREFIX may be 0.0.0.0/0 or ::/0." };
        var command = new Command("advertise", "Has the daemon tell its peers that PREFIX is reached through this node, until it is withdrawn. Nothing happens when it does already.") { prefix, isDefaultMeant };
        command.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            var told = await client.AdvertiseAsync(parsed.GetRequiredValue(prefix), parsed.GetValue(isDefaultMeant), ct);
            await Console.Out.WriteLineAsync($"{told.Prefix} is advertised.");
        });
        return command;
    }

    private static Command Withdraw()
    {
        var prefix = Prefix();
        var command = new Command("withdraw", "Takes back what advertise asked for. Nothing else is withdrawn.") { prefix };
        command.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            var told = await client.WithdrawAsync(parsed.GetRequiredValue(prefix), ct);
            await Console.Out.WriteLineAsync($"{told.Prefix} is withdrawn.");
        });
        return command;
    }

    private static void Write(BgpPeers answer)
    {
        Console.Out.WriteLine($"Speaker: {answer.Speaker.Endpoint}: {answer.Speaker.Detail}");
        if (answer.Speaker.Reachable)
            TextTable.Write(["Peer", "AS", "State", "Since", "Received", "Accepted", "Advertised"], answer.Peers.Select(Row));
    }

    private static string[] Row(BgpPeer peer) => [peer.Address, Text(peer.Asn), peer.State, Time(peer.Since), Text(peer.Received), Text(peer.Accepted), Text(peer.Advertised)];

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset? since) => since?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture) ?? "never";
}

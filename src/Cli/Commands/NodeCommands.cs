using System.CommandLine;
using Cilium.Framework.Cli.Output;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Cli.Commands;

/// <summary><c>cilium node list</c>.</summary>
internal static class NodeCommands
{
    public static Command Create()
    {
        var output = Globals.Output();
        var list = new Command("list", "Lists the nodes that this one knows, itself included.") { output };
        list.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            var cluster = (await client.GetStatusAsync(ct)).Cluster
                ?? throw new CommandException("node list: the agent's status names no nodes. Are cilium and cilium-agent of one version?");
            if (parsed.GetValue(output) == "json")
                await JsonOutput.WriteAsync(cluster);
            else
                TextTable.Write(["Name", "IPv4 Address", "Endpoint CIDR", "IPv6 Address", "Endpoint CIDR"], cluster.Nodes.Select(Row));
        });
        return new Command("node", "Nodes of the cluster.") { list };
    }

    private static string[] Row(ClusterNode node)
    {
        var (ipv4, ipv6) = (node.PrimaryAddress.Ipv4, node.PrimaryAddress.Ipv6);
        return [node.Name, ipv4?.Ip ?? "", ipv4?.AllocRange ?? "", ipv6?.Ip ?? "", ipv6?.AllocRange ?? ""];
    }
}

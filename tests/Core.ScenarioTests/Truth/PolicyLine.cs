using Cilium.Framework.Labels;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.ScenarioTests.Truth;

/// <summary>A policy as a scenario says it: <c>policy db accepts tcp/5432 from app=web</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Subject">Label of those it is for.</param>
/// <param name="Direction"><c>accepts</c> or <c>sends</c>.</param>
/// <param name="Port">0: any.</param>
/// <param name="Peer">A label, a prefix, or <c>anyone</c>.</param>
public sealed record PolicyLine(string Name, string Subject, TrafficDirection Direction, ushort Port, string Peer)
{
    private string Field => Direction == TrafficDirection.Ingress ? "from" : "to";

    /// <summary>Whether it lets this remote side through.</summary>
    /// <param name="remote">Its address.</param>
    /// <param name="labels">Its labels; null: it is outside.</param>
    /// <param name="port">The port.</param>
    public bool Allows(System.Net.IPAddress remote, LabelSet? labels, ushort port)
    {
        if (Port != 0 && Port != port)
            return false;
        if (Peer == "anyone")
            return true;
        return IpPrefix.TryParse(Peer, out var prefix) ? labels is null && prefix.Contains(remote) : labels is not null && Carries(labels, Peer);
    }

    /// <summary>Whether it is about endpoints with these labels.</summary>
    public bool IsAbout(LabelSet labels) => Carries(labels, Subject);

    /// <summary>As a user writes it.</summary>
    public string ToYaml()
    {
        var peer = Peer == "anyone" ? $"{Field}Entities: [all]"
            : IpPrefix.TryParse(Peer, out _) ? $"{Field}CIDR: [\"{Peer}\"]"
            : $"{Field}Endpoints: [{{matchLabels: {{{Yaml(Peer)}}}}}]";
        var ports = Port == 0 ? "" : $", toPorts: [{{ports: [{{port: \"{Port}\", protocol: TCP}}]}}]";
        var section = Direction == TrafficDirection.Ingress ? "ingress" : "egress";
        return $"apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {{name: {Name}}}\nspec: {{endpointSelector: {{matchLabels: {{{Yaml(Subject)}}}}}, {section}: [{{{peer}{ports}}}]}}\n";
    }

    private static bool Carries(LabelSet labels, string label) => labels.Any(own => $"{own.Key}={own.Value}" == label);

    private static string Yaml(string label) => label.Replace("=", ": ", StringComparison.Ordinal);
}

using System.Collections.Immutable;
using System.Net;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.ScenarioTests.Truth;

/// <summary>What the agent was told, at one moment, and what follows from it for packets: worked out from the words, without any code of the core.</summary>
/// <param name="Endpoints">Endpoints by number.</param>
/// <param name="Policies">Policies by name.</param>
/// <param name="Revision">Revision of the policies.</param>
public sealed record Intent(ImmutableDictionary<ushort, ToldEndpoint> Endpoints, ImmutableDictionary<string, PolicyLine> Policies, ulong Revision)
{
    /// <summary>Nothing.</summary>
    public static readonly Intent Empty = new(ImmutableDictionary<ushort, ToldEndpoint>.Empty, ImmutableDictionary<string, PolicyLine>.Empty, 1);

    /// <summary>The endpoint with an address.</summary>
    public ToldEndpoint? At(IPAddress address) => Endpoints.Values.FirstOrDefault(endpoint => endpoint.Address.Equals(address));

    /// <summary>The longest prefix that a policy names around an address.</summary>
    public IpPrefix? PrefixOf(IPAddress address) => Policies.Values
        .Select(policy => IpPrefix.TryParse(policy.Peer, out var prefix) && prefix.Contains(address) ? prefix : (IpPrefix?)null)
        .OfType<IpPrefix>().OrderByDescending(prefix => prefix.Length).Cast<IpPrefix?>().FirstOrDefault();

    /// <summary>Whether a packet may pass by these policies, with the ends as they are in other intents.</summary>
    public bool Allows(Packet packet, LabelSet? from, LabelSet? to) =>
        Allows(TrafficDirection.Egress, from, packet.To, to, packet.Port) && Allows(TrafficDirection.Ingress, to, packet.From, from, packet.Port);

    /// <summary>Whether one side lets a packet through. A direction that no policy of the subject is about is open, unless nobody knows what the subject is.</summary>
    public bool Allows(TrafficDirection direction, LabelSet? subject, IPAddress remote, LabelSet? remoteLabels, ushort port)
    {
        if (subject is null)
            return true;
        var about = Policies.Values.Where(policy => policy.Direction == direction && policy.IsAbout(subject)).ToList();
        return (about.Count == 0 && subject.Count > 0) || about.Any(policy => policy.Allows(remote, remoteLabels, port));
    }
}

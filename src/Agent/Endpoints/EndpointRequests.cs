using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Endpoints;
using Cilium.Framework.Labels;
using Cilium.Framework.Netlink;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Agent.Endpoints;

/// <summary>Reads the body of <c>PUT /endpoint</c>: every field checked, all that is wrong said at once.</summary>
/// <param name="netlink">Where devices are looked up; null: the datapath carries no real packets, devices are taken as given.</param>
/// <param name="ipv4">IPv4 is enabled.</param>
/// <param name="ipv6">IPv6 is enabled.</param>
internal sealed class EndpointRequests(RouteNetlink? netlink, bool ipv4, bool ipv6)
{
    /// <summary>The state that a new endpoint is announced in (Cilium facts 9.6).</summary>
    private const string FirstState = "waiting-for-identity";

    /// <exception cref="RefusedException">400 with every problem.</exception>
    public EndpointProposal Read(string idText, EndpointChangeRequest body)
    {
        var problems = new List<string>();
        var id = ReadId(idText, body, problems, out var containerId);
        if (!HolderName.Fits(containerId))
            problems.Add($"container-id: \"{TextShown.Of(containerId)}\", {containerId.Length} characters. Accepted: {HolderName.Accepted}.");
        if (body.ContainerName?.Length > HolderName.MaxLength || body.ContainerName?.Any(char.IsControl) == true)
            problems.Add($"container-name: {body.ContainerName.Length} characters. Accepted: at most {HolderName.MaxLength}, no control characters.");
        if (!string.IsNullOrEmpty(body.State) && body.State != FirstState)
            problems.Add($"state: \"{TextShown.Of(body.State)}\". Accepted: {FirstState}, or nothing; the agent sets every other one.");
        var link = ReadDevice(body, problems);
        var mac = ReadMac("mac", body.Mac, null, problems);
        var hostMac = ReadMac("host-mac", body.HostMac, link?.Mac.GetAddressBytes() is { Length: 6 } octets ? MacAddress.FromBytes(octets) : null, problems);
        var v4 = ReadAddress("addressing.ipv4", body.Addressing?.Ipv4, AddressFamily.InterNetwork, ipv4, problems);
        var v6 = ReadAddress("addressing.ipv6", body.Addressing?.Ipv6, AddressFamily.InterNetworkV6, ipv6, problems);
        if (v4 is null && v6 is null)
            problems.Add("addressing: an endpoint needs at least one address; ask for one with POST /ipam.");
        var labels = ReadLabels(body.Labels, problems);
        if (problems.Count > 0)
            throw new RefusedException(400, $"Endpoint {idText}: nothing was changed.\n" + string.Join('\n', problems));
        return new EndpointProposal(id, containerId, body.ContainerName ?? "", link?.Name ?? body.InterfaceName!, link?.Index ?? body.InterfaceIndex, mac, hostMac, v4, v6, labels);
    }

    private static ushort ReadId(string idText, EndpointChangeRequest body, List<string> problems, out string containerId)
    {
        containerId = body.ContainerId ?? "";
        const string container = "container-id:";
        if (idText.StartsWith(container, StringComparison.Ordinal))
        {
            var named = idText[container.Length..];
            if (containerId.Length > 0 && containerId != named)
                problems.Add($"container-id: \"{containerId}\" in the body, \"{named}\" in the path. Accepted: one of them, or both equal.");
            containerId = named;
        }
        else if (idText != "0" && !(IsNumber(idText, out var fromPath) && (body.Id == 0 || body.Id == fromPath)))
        {
            problems.Add($"id: \"{idText}\" in the path. Accepted: 0..65535 equal to the body's, or container-id:ID.");
        }

        var id = IsNumber(idText, out var number) ? number : body.Id;
        if (id is < 0 or > ushort.MaxValue)
            problems.Add($"id: {id}. Accepted: 1..65535, or 0 to let the agent choose.");
        return (ushort)id;
    }

    private static bool IsNumber(string text, out ushort number) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private Link? ReadDevice(EndpointChangeRequest body, List<string> problems)
    {
        if (string.IsNullOrEmpty(body.InterfaceName))
        {
            problems.Add("interface-name: missing. It is the host side of the endpoint's device.");
            return null;
        }

        if (body.InterfaceIndex < 0)
            problems.Add($"interface-index: {body.InterfaceIndex}. Accepted: the index of device {TextShown.Of(body.InterfaceName)}, or 0 to look it up.");
        if (netlink is null || body.InterfaceIndex < 0)
            return null;
        var link = netlink.FindLink(body.InterfaceName);
        if (link is null)
            problems.Add($"interface-name: there is no device {body.InterfaceName} on this node. Make it first, and leave it down.");
        else if (body.InterfaceIndex != 0 && body.InterfaceIndex != link.Index)
            problems.Add($"interface-index: {body.InterfaceIndex}, but device {body.InterfaceName} has {link.Index}. Leave it out, or name the right one.");
        return link;
    }

    private static MacAddress ReadMac(string field, string? text, MacAddress? otherwise, List<string> problems)
    {
        if (MacAddress.TryParse(text, out var mac))
        {
            if (mac.Value == 0 || IsGroup(mac))
                problems.Add($"{field}: {mac} is no device's own address. Accepted: six hexadecimal octets, not all zero, neither broadcast nor multicast (first octet even).");
            return mac;
        }

        if (text is null && otherwise is { } known)
            return known;
        problems.Add($"{field}: {(text is null ? "missing" : $"\"{text}\" is not an Ethernet address")}. Accepted: six hexadecimal octets joined by colons.");
        return default;
    }

    /// <summary>The lowest bit of the first octet says that a group is meant; broadcast has it too.</summary>
    private static bool IsGroup(MacAddress mac) => ((mac.Value >> 40) & 1) != 0;

    private static IPAddress? ReadAddress(string field, string? text, AddressFamily family, bool enabled, List<string> problems)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (!AddressText.TryParse(text, out var address) || address.AddressFamily != family)
            problems.Add($"{field}: \"{TextShown.Of(text)}\" is not such an address.");
        else if (!AddressText.IsHost(address))
            problems.Add($"{field}: {address} is no address of one host. Accepted: neither unspecified, loopback, link-local, multicast nor broadcast.");
        else if (!enabled)
            problems.Add($"{field}: the family is disabled on this node ({(family == AddressFamily.InterNetwork ? "ipv4.enabled" : "ipv6.enabled")}).");
        else
            return address;
        return null;
    }

    private static LabelSet ReadLabels(IReadOnlyList<string>? texts, List<string> problems)
    {
        var labels = new List<Label>();
        for (var i = 0; i < (texts?.Count ?? 0); i++)
        {
            if (!Label.TryParse(texts![i], Label.UnspecifiedSource, out var label, out var error))
                problems.Add($"labels[{i}]: {error}");
            else if (label.Source == Label.CidrSource || (label.Source == Label.ReservedSource && label.Key is not ("init" or "health")))
                problems.Add($"labels[{i}]: {label} stands for what is not a workload, such as the node itself. Accepted: any other source; reserved:init; reserved:health.");
            else if (labels.FindIndex(other => other.Source == label.Source && other.Key == label.Key && other.Value != label.Value) is >= 0 and var at)
                problems.Add($"labels[{i}]: {label} and {labels[at]} give one key two values. Accepted: one value for each key.");
            else
                labels.Add(label);
        }

        return LabelSet.Create(labels);
    }
}

using System.Net;
using System.Text.RegularExpressions;
using Cilium.Framework.Core.ScenarioTests.Language;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.ScenarioTests.Truth;

/// <summary>The packets that are tried at every moment of a scenario: between all addresses it names, to all ports it names, and one of each that it does not name.</summary>
internal static partial class Packets
{
    private const ushort OtherPort = 9;
    private static readonly IPAddress Outside = IPAddress.Parse("203.0.113.9");

    public static IReadOnlyList<Packet> Of(Scenario scenario)
    {
        var words = scenario.Lines.SelectMany(line => line.Split(' ')).Distinct().ToList();
        var pods = scenario.Lines.Select(line => EndpointLine().Match(line)).Where(match => match.Success).Select(match => IPAddress.Parse(match.Groups[1].Value)).Distinct().ToList();
        var others = words.Select(word => IpPrefix.TryParse(word, out var prefix) && word.Contains('/', StringComparison.Ordinal) && !prefix.IsHost ? Inside(prefix) : null).OfType<IPAddress>()
            .Concat(words.Where(word => word.Contains('.', StringComparison.Ordinal)).Select(word => IPAddress.TryParse(word, out var address) ? address : null).OfType<IPAddress>())
            .Append(Outside).Except(pods).Distinct().ToList();
        var ports = words.Where(word => word.StartsWith("tcp/", StringComparison.Ordinal)).Select(word => ushort.Parse(word[4..], System.Globalization.CultureInfo.InvariantCulture)).Append(OtherPort).Distinct().ToList();
        return
        [
            .. from source in pods.Concat(others)
               from destination in pods.Concat(others)
               where source.AddressFamily == destination.AddressFamily && !source.Equals(destination) && (pods.Contains(source) || pods.Contains(destination))
               from port in ports
               select new Packet(source, destination, port),
        ];
    }

    /// <summary>Its second address.</summary>
    private static IPAddress Inside(IpPrefix prefix)
    {
        var bytes = prefix.Address.GetAddressBytes();
        bytes[^1] |= 1;
        return new IPAddress(bytes);
    }

    [GeneratedRegex(@"^endpoint \d+ (?!becomes)(\S+) (?:\S+:\S+=\S+|without labels)$")]
    private static partial Regex EndpointLine();
}

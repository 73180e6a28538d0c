using System.Net;
using System.Text.Json.Serialization;
using Cilium.Framework.Errors;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;
using Cilium.Framework.State;

namespace Cilium.Framework.Endpoints;

/// <summary>Endpoints as they are kept in the state directory.</summary>
/// <param name="LastId">Number given last: a freed number is not given again at once.</param>
/// <param name="Endpoints">By number.</param>
public sealed record EndpointsState(int LastId, IReadOnlyList<StoredEndpoint> Endpoints)
{
    /// <summary>See <see cref="StateFormat"/>.</summary>
    [JsonPropertyOrder(-1)]
    public int Format { get; init; } = StateFormat.Newest;
}

/// <summary>One endpoint as it is kept.</summary>
public sealed record StoredEndpoint
{
    public required int Id { get; init; }

    public required string ContainerId { get; init; }

    public required string ContainerName { get; init; }

    public required string Device { get; init; }

    public required int IfIndex { get; init; }

    public required string Mac { get; init; }

    public required string HostMac { get; init; }

    public string? IPv4 { get; init; }

    public string? IPv6 { get; init; }

    public required IReadOnlyList<string> Labels { get; init; }

    public static StoredEndpoint From(EndpointRequest request) => new()
    {
        Id = request.Id, ContainerId = request.ContainerId, ContainerName = request.ContainerName, Device = request.Device, IfIndex = request.IfIndex,
        Mac = request.Mac.ToString(), HostMac = request.HostMac.ToString(), IPv4 = request.IPv4?.ToString(), IPv6 = request.IPv6?.ToString(),
        Labels = [.. request.Labels.Select(label => label.ToString())],
    };

    /// <exception cref="FormatException">An address or a label is none.</exception>
    /// <param name="filter">Labels are filtered by the present configuration, not by that of the time they were stored.</param>
    public EndpointRequest ToRequest(LabelFilter filter)
    {
        var labels = LabelSet.Parse(Labels);
        return new EndpointRequest
        {
            Id = checked((ushort)Id), ContainerId = ContainerId, ContainerName = ContainerName, Device = Device, IfIndex = IfIndex, Mac = ReadMac(Mac), HostMac = ReadMac(HostMac),
            IPv4 = ReadAddress(IPv4), IPv6 = ReadAddress(IPv6),
            Labels = labels, IdentityLabels = filter.Relevant(labels),
        };
    }

    private IPAddress? ReadAddress(string? text) => text is null ? null : IpPrefix.TryParseAddress(text, out var address)
        ? address
        : throw new FormatException($"endpoint {Id}: \"{Excerpt.Of(text)}\" is an invalid IP address.");

    private MacAddress ReadMac(string text) => MacAddress.TryParse(text, out var mac) ? mac : throw new FormatException($"endpoint {Id}: \"{Excerpt.Of(text)}\" is not an Ethernet address.");
}

/// <summary>JSON of <see cref="EndpointsState"/>.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(EndpointsState))]
public sealed partial class EndpointsStateJson : JsonSerializerContext;

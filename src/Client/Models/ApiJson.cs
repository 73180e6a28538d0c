using System.Text.Json.Serialization;

namespace Cilium.Framework.Client.Models;

/// <summary>JSON of the API: kebab-case names, as in Cilium's API v1; unknown members are refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(EndpointChangeRequest))]
[JsonSerializable(typeof(Endpoint))]
[JsonSerializable(typeof(IReadOnlyList<Endpoint>))]
[JsonSerializable(typeof(Identity))]
[JsonSerializable(typeof(IReadOnlyList<Identity>))]
[JsonSerializable(typeof(IpamResponse))]
[JsonSerializable(typeof(Policy))]
[JsonSerializable(typeof(StatusResponse))]
[JsonSerializable(typeof(DaemonConfiguration))]
[JsonSerializable(typeof(IReadOnlyList<ConfigurationValue>))]
[JsonSerializable(typeof(IReadOnlyList<PluginInfo>))]
[JsonSerializable(typeof(TableDump))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(MonitorEvent))]
[JsonSerializable(typeof(ApiError))]
public sealed partial class ApiJson : JsonSerializerContext;

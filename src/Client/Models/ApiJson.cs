using System.Text.Encodings.Web;
using System.Text.Json;
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
[JsonSerializable(typeof(ClusterStatus))]
[JsonSerializable(typeof(ClusterHealth))]
[JsonSerializable(typeof(IReadOnlyList<KvstoreEntry>))]
[JsonSerializable(typeof(KvstoreEvent))]
[JsonSerializable(typeof(KvstoreChange))]
[JsonSerializable(typeof(IReadOnlyList<RouteLedgerEntry>))]
[JsonSerializable(typeof(MtuReport))]
[JsonSerializable(typeof(BgpPeers))]
[JsonSerializable(typeof(IReadOnlyList<BgpRoute>))]
[JsonSerializable(typeof(BgpAdvertisement))]
[JsonSerializable(typeof(ApiError))]
public sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>Escapes only what JSON asks for: the texts are read by people, with curl too, and never put into HTML.</summary>
    public static ApiJson Plain => Readable.Plain;

    /// <summary>A class of its own, so that <c>Default</c> exists before it is copied.</summary>
    private static class Readable
    {
        public static readonly ApiJson Plain = new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}

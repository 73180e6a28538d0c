using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cilium.Framework.Kvstore.Consul.Model;

/// <summary>JSON of Consul's API.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KvPair[]))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(TxnStep[]))]
[JsonSerializable(typeof(TxnAnswer))]
[JsonSerializable(typeof(SessionRequest))]
[JsonSerializable(typeof(SessionCreated))]
[JsonSerializable(typeof(SessionInfo[]))]
[JsonSerializable(typeof(AgentSelf))]
internal sealed partial class ConsulJson : JsonSerializerContext
{
    /// <summary>Keys are not blown up by escapes that only HTML needs: a transaction has room for <see cref="Commits.Transaction.MaxBytes"/>.</summary>
    public static ConsulJson Plain { get; } =
        new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull });
}

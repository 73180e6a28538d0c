using System.Text.Json.Serialization;

namespace Cilium.Framework.Kvstore.Consul.Model;

/// <summary>How a transaction wraps a step.</summary>
internal sealed record TxnStep([property: JsonPropertyName("KV")] TxnKv Kv);

/// <summary>How its answer wraps a key.</summary>
internal sealed record TxnKey([property: JsonPropertyName("KV")] KvPair? Kv);

/// <summary>Why a step failed.</summary>
internal sealed record TxnError(int OpIndex, string What);

/// <summary>Answer to a transaction. All failed steps are told, not only the first.</summary>
internal sealed record TxnAnswer(TxnKey[]? Results, TxnError[]? Errors);

using System.Text.Json.Serialization;

namespace Example.FileStore;

/// <summary>One commit as a line of the journal: the keys that it wrote, and the keys that it deleted.</summary>
internal sealed record Record(ulong Revision, IReadOnlyDictionary<string, Value> Put, IReadOnlyList<string> Delete);

/// <summary>What a key holds, and the lease that it vanishes with.</summary>
internal sealed record Value(byte[] Bytes, Term? Lease);

/// <summary>What the journal keeps of a lease.</summary>
internal sealed record Term(Guid Id, TimeSpan TimeToLive);

[JsonSerializable(typeof(Record))]
internal sealed partial class RecordJson : JsonSerializerContext;

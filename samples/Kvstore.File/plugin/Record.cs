using System.Text.Json.Serialization;

namespace Example.FileStore;

/// <summary>One commit as a line of the journal: the keys that it wrote with their values, and the keys that it deleted.</summary>
internal sealed record Record(ulong Revision, IReadOnlyDictionary<string, byte[]> Put, IReadOnlyList<string> Delete);

[JsonSerializable(typeof(Record))]
internal sealed partial class RecordJson : JsonSerializerContext;

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cilium.Framework.Labels;

namespace Cilium.Framework.Policies.Documents;

/// <summary>A node as one line of JSON: what a rule says, in a form that does not depend on how it was written.</summary>
internal static class SectionText
{
    /// <summary>Only what JSON demands is escaped: the text goes into files and answers, never into a web page.</summary>
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(DocumentNode node) => Text(writer => Write(writer, node));

    /// <summary>A rule, with these labels instead of those it was written with.</summary>
    public static string Of(DocumentNode.Mapping rule, LabelSet labels) => Text(writer =>
    {
        writer.WriteStartObject();
        foreach (var (key, value) in rule.Entries.Where(entry => entry.Key != "labels"))
        {
            writer.WritePropertyName(key);
            Write(writer, value);
        }

        if (labels.Count > 0)
        {
            writer.WriteStartArray("labels");
            foreach (var label in labels)
                writer.WriteStringValue(label.ToString());
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    });

    private static string Text(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Options))
            write(writer);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void Write(Utf8JsonWriter writer, DocumentNode node)
    {
        switch (node)
        {
            case DocumentNode.Mapping mapping:
                writer.WriteStartObject();
                foreach (var (key, value) in mapping.Entries)
                {
                    writer.WritePropertyName(key);
                    Write(writer, value);
                }

                writer.WriteEndObject();
                break;
            case DocumentNode.Sequence sequence:
                writer.WriteStartArray();
                foreach (var item in sequence.Items)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case DocumentNode.Scalar scalar:
                writer.WriteStringValue(scalar.Text);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }
}

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Cli.Output;

/// <summary>The API's own JSON, indented.</summary>
internal static class JsonOutput
{
    private static readonly ApiJson Indented = new(new JsonSerializerOptions(ApiJson.Plain.Options) { WriteIndented = true });

    public static Task WriteAsync<T>(T value) =>
        Console.Out.WriteLineAsync(JsonSerializer.Serialize(value, (JsonTypeInfo<T>)Indented.GetTypeInfo(typeof(T))!));
}

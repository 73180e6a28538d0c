using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cilium.Framework.Errors;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Store;

/// <summary>JSON as Cilium's Go types write it: a missing address is <c>""</c>, a missing range <c>null</c>, a mask the base64 of its bytes (Cilium facts 5a, 9.5).</summary>
internal static class GoJson
{
    /// <summary>What is accepted where an address should stand.</summary>
    public const string AnAddress = "an IPv4 or IPv6 address";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One object, its members in the order in which they are written.</summary>
    public static string Object(Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    public static void WriteAddress(this Utf8JsonWriter writer, string name, IPAddress? address) => writer.WriteString(name, address?.ToString() ?? "");

    public static void WriteRange(this Utf8JsonWriter writer, string name, IpPrefix? range)
    {
        if (range is not { } prefix)
        {
            writer.WriteNull(name);
            return;
        }

        writer.WriteStartObject(name);
        writer.WriteAddress("IP", prefix.Address);
        writer.WriteMask("Mask", prefix);
        writer.WriteEndObject();
    }

    public static void WriteMask(this Utf8JsonWriter writer, string name, IpPrefix range)
    {
        var mask = new byte[range.IsIPv6 ? 16 : 4];
        for (var bit = 0; bit < range.Length; bit++)
            mask[bit / 8] |= (byte)(0x80 >> (bit % 8));
        writer.WriteBase64String(name, mask);
    }

    /// <summary>Reads the object that a value is.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> value, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(value);
            return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : throw NoObject(document.RootElement.ValueKind);
        }
        catch (Exception exception) when (IsBroken(exception))
        {
            throw NoJson(exception);
        }
    }

    /// <summary>What the readers of .NET throw at a value that is no JSON; at texts that are no Unicode only when they are asked for.</summary>
    public static bool IsBroken(Exception exception) => exception is JsonException or InvalidOperationException;

    /// <summary>Text of a member; "" when there is none.</summary>
    public static string Text(this JsonElement element, string name) => !element.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null
        ? ""
        : member.ValueKind == JsonValueKind.String ? member.GetString()! : throw Refused(name, member, "a text");

    public static uint Number(this JsonElement element, string name) => !element.TryGetProperty(name, out var member)
        ? 0
        : member.ValueKind == JsonValueKind.Number && member.TryGetUInt32(out var number) ? number : throw Refused(name, member, "0..4294967295");

    /// <summary>Address of a member; null when it is missing or empty.</summary>
    public static IPAddress? Address(this JsonElement element, string name) => element.Text(name) is { Length: > 0 } text
        ? IpPrefix.TryParseAddress(text, out var address) ? address : throw Refused(name, Quoted(text), AnAddress)
        : null;

    /// <summary>Range of a member that holds address and mask; null when it is missing.</summary>
    public static IpPrefix? Range(this JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null)
            return null;
        if (member.ValueKind != JsonValueKind.Object || member.Address("IP") is not { } address)
            throw Refused(name, member, "{\"IP\":\"10.0.0.0\",\"Mask\":\"/wAAAA==\"}");
        return Masked("Mask", member.Text("Mask"), IpPrefix.Host(address));
    }

    /// <summary>The range around an address that a member's text, a mask, makes; the address alone when it is empty.</summary>
    public static IpPrefix Masked(string name, string text, IpPrefix host)
    {
        if (text.Length == 0)
            return host;
        var mask = new byte[16];
        if (!Convert.TryFromBase64String(text, mask, out var length) || (length != 4 && length != 16))
            throw Refused(name, Quoted(text), "the base64 of 4 or 16 bytes");
        var bits = mask.AsSpan(0, length).ToArray().SelectMany(part => Enumerable.Range(0, 8).Select(bit => (part & (0x80 >> bit)) != 0)).ToList();
        var ones = bits.TakeWhile(bit => bit).Count();
        // Go writes an IPv4 mask with 16 bytes when the address has them.
        var prefix = host.IsIPv6 || length == 4 ? ones : ones - 96;
        if (bits.Skip(ones).Any(bit => bit) || prefix < 0 || prefix > host.Length)
            throw Refused(name, Quoted(text), $"a mask of leading ones for {host.Address}");
        return host.Shortened(prefix);
    }

    /// <summary>What a member has instead of what is accepted.</summary>
    public static FormatException Refused(string name, JsonElement member, string accepted) => Refused(name, member.GetRawText(), accepted);

    /// <param name="name">The member.</param>
    /// <param name="json">Its value as it is written.</param>
    /// <param name="accepted">What should stand there.</param>
    public static FormatException Refused(string name, string json, string accepted) => new($"{name}: {Excerpt.Of(json)} is not accepted. Accepted: {accepted}.");

    public static FormatException NoJson(Exception exception) => new($"the value is no JSON: {exception.Message}", exception);

    /// <summary>What a value is instead of an object.</summary>
    public static FormatException NoObject(JsonValueKind kind) => new($"the value is a JSON {kind}. Accepted: an object.");

    private static string Quoted(string text) => $"\"{text}\"";
}

using System.Text;

namespace Cilium.Framework.Cli.Output;

/// <summary>Keys and values of the store in one line: whoever can write to the store must not steer a terminal with them.</summary>
internal static class KeyText
{
    /// <summary><c>KEY => VALUE</c>, as Cilium prints it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; null: it is no text.</param>
    /// <param name="base64">Base64 of a value that is no text.</param>
    public static string Pair(string key, string? value, string? base64) => $"{Of(key)} => {Value(value, base64)}";

    /// <summary>A key; control characters as <c>\u001b</c>.</summary>
    public static string Of(string key) => key.Any(char.IsControl)
        ? string.Concat(key.Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()))
        : key;

    private static string Value(string? value, string? base64) => value is null || value.Any(char.IsControl)
        ? $"(base64) {base64 ?? Convert.ToBase64String(Encoding.UTF8.GetBytes(value ?? ""))}"
        : value;
}

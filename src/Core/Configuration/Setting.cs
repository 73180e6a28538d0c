namespace Cilium.Framework.Configuration;

/// <summary>A value with the place it comes from.</summary>
/// <param name="Path">Colon-separated, such as <c>routing:provider</c>; items of a list end in their number.</param>
/// <param name="Value">The text as given.</param>
/// <param name="Layer">default, profile, file, environment or flag.</param>
/// <param name="Place">File and line, variable, or flag; empty for defaults.</param>
public sealed record Setting(string Path, string Value, string Layer, string Place)
{
    private static readonly string[] SecretEndings = ["password", "token", "key"];

    /// <summary>The layer's name for option defaults.</summary>
    internal const string DefaultLayer = "default";

    /// <summary>The value is not to be shown: its last word is password, token or key.</summary>
    public bool IsSecret => SecretEndings.Any(ending => Path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    /// <summary>The value as it may be shown.</summary>
    public string Shown => IsSecret && Value.Length > 0 ? "********" : Value;

    /// <summary>Layer and place, such as <c>file /etc/cilium/cilium.yaml:12</c>.</summary>
    public string Origin => Place.Length == 0 ? Layer : $"{Layer} {Place}";
}

namespace Cilium.Framework.Client;

/// <summary>Bounds that the agent and its clients share.</summary>
public static class ApiLimits
{
    /// <summary>Largest body of a request, in bytes: that of the largest policy document.</summary>
    public const int MaxBodyLength = 4 << 20;

    /// <summary>The refusal of a larger one.</summary>
    /// <param name="length">Its length; null when it was not read to its end.</param>
    public static string TooLarge(long? length)
    {
        var shown = length is { } known ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $" ({known} bytes)") : "";
        return $"The document is larger than {MaxBodyLength >> 20} MiB{shown}. Split it. Nothing was changed.";
    }
}

namespace Cilium.Framework.Agent;

/// <summary>Names that the outside gives to what holds an endpoint or an address: they are printed, and kept in files.</summary>
internal static class HolderName
{
    /// <summary>Longest name: 64 hexadecimal digits are usual for containers.</summary>
    public const int MaxLength = Ipam.IIpam.MaxOwnerLength;

    /// <summary>What is accepted, in words.</summary>
    public static readonly string Accepted = $"at most {MaxLength} printable ASCII characters without blanks";

    public static bool Fits(string name) => name.Length <= MaxLength && !name.Any(c => c is <= ' ' or > '~');
}

using System.Security.Cryptography;

namespace Cilium.Framework.Fuzz;

/// <summary>Inputs to begin with, in folders by kind; text as it is, packets as hexadecimal digits.</summary>
/// <param name="folder">The folder bench/corpus.</param>
internal sealed class Corpus(string folder)
{
    private const string Packets = "packets";

    /// <summary>The inputs of a kind, in the order of their names.</summary>
    public IReadOnlyList<byte[]> Read(string kind) =>
        [.. Directory.EnumerateFiles(Path.Combine(folder, kind)).Order(StringComparer.Ordinal).Select(file => kind == Packets ? Convert.FromHexString(File.ReadAllText(file).ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal)) : File.ReadAllBytes(file))];

    /// <summary>Keeps an input that showed a defect.</summary>
    /// <returns>Its name.</returns>
    public string Keep(string kind, ReadOnlySpan<byte> input)
    {
        var name = Path.Combine(kind, $"found-{Convert.ToHexStringLower(SHA256.HashData(input))[..12]}");
        if (kind == Packets)
            File.WriteAllText(Path.Combine(folder, name), Convert.ToHexStringLower(input) + "\n");
        else
            File.WriteAllBytes(Path.Combine(folder, name), input);
        return name;
    }
}

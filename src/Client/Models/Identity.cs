namespace Cilium.Framework.Client.Models;

/// <summary>A number and the labels that it stands for.</summary>
public sealed record Identity
{
    public required long Id { get; init; }

    public required IReadOnlyList<string> Labels { get; init; }
}

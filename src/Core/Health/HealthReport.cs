namespace Cilium.Framework.Health;

/// <summary>What one component last said about itself.</summary>
/// <param name="Path">Names from the root, joined by dots, such as <c>reconcilers.policies</c>.</param>
/// <param name="Level">How well it does its job.</param>
/// <param name="Message">What it achieves or what fails.</param>
/// <param name="Since">When the level last changed.</param>
public sealed record HealthReport(string Path, HealthLevel Level, string Message, DateTimeOffset Since);
